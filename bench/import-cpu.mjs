/** Prints the processor time (milliseconds, user and system, all threads) that importing a bundle takes in this fresh process. */
import { pathToFileURL } from 'node:url';

const url = pathToFileURL(process.argv[2]).href;
const before = process.cpuUsage();
await import(url);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1_000));
