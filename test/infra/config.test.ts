import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { architectureOf, configFrom, prefixOf } from '#infra/config.ts';

const from = (given: Record<string, unknown>, file: Record<string, Record<string, unknown>> = {}) =>
  configFrom((key) => given[key], file);

const LOCAL = {
  stage: 'local',
  issuerUrl: 'http://127.0.0.1:4500',
  emulatorEndpoint: 'http://127.0.0.1:4566',
  searchUrl: 'http://127.0.0.1:9200',
};

describe('the configuration of a stage', () => {
  it('needs an issuer and little else', () => {
    const config = from({ stage: 'dev', issuerUrl: 'https://issuer.example' });
    expect(config).toMatchObject({
      name: 'parley',
      audience: 'parley',
      claims: { user: 'sub', tenant: 'tenant', roles: 'roles', name: 'name' },
      search: { enabled: true, nodes: 1 },
      notifications: { delaySeconds: 15 },
    });
    expect(prefixOf(config)).toBe('parley-dev');
  });

  it('spreads the search domain of prod over two zones, whatever else of it is given', () => {
    expect(from({ stage: 'prod', issuerUrl: 'https://issuer.example' }).search.nodes).toBe(2);
    const sized = from({ stage: 'prod', issuerUrl: 'https://issuer.example', 'search.volumeGiB': '50' });
    expect(sized.search).toMatchObject({ nodes: 2, volumeGiB: 50 });
  });

  it('knows which plug-ins for languages the engine has', () => {
    const analysis = (given: Record<string, unknown>) => from(given).search.analysis;
    const cloud = { stage: 'dev', issuerUrl: 'https://issuer.example' };
    expect(analysis(cloud)).toEqual(['icu', 'kuromoji', 'smartcn', 'stempel', 'ukrainian']);
    expect(analysis({ ...cloud, 'search.analysis': 'icu, nori' })).toEqual(['icu', 'nori']);
    expect(analysis({ ...cloud, 'search.analysis': '' })).toEqual([]);
    expect(analysis(LOCAL)).toEqual([]);
    expect(() => analysis({ ...cloud, 'search.analysis': 'icu,klingon' })).toThrow('search.analysis');
  });

  it('takes the command line over the file, key by key', () => {
    const file = { dev: { issuerUrl: 'https://file.example', claims: { tenant: 'org_id', user: 'uid' } } };
    const config = from({ stage: 'dev', 'claims.tenant': 'team', 'search.enabled': 'false' }, file);
    expect(config.issuerUrl).toBe('https://file.example');
    expect(config.claims).toMatchObject({ tenant: 'team', user: 'uid' });
    expect(config.search.enabled).toBe(false);
  });

  it.each([
    [{ stage: 'dev' }, 'issuerUrl'],
    [{ stage: 'dev', issuerUrl: 'nowhere' }, 'issuerUrl'],
    [{ stage: 'dev', issuerUrl: 'https://issuer.example', alarmEmail: 'nobody' }, 'alarmEmail'],
    [{ stage: 'dev', issuerUrl: 'https://issuer.example', name: 'Has Blanks' }, 'name'],
    [{ stage: 'dev', issuerUrl: 'https://issuer.example', 'search.nodes': '0' }, 'search.nodes'],
    [{ stage: 'dev', issuerUrl: 'https://issuer.example', 'notifications.delaySeconds': '901' }, 'notifications.delay'],
    [{ ...LOCAL, emulatorEndpoint: undefined }, 'emulatorEndpoint'],
    [{ stage: 'moon' }, 'stage'],
  ])('names what is wrong with %o', (given, key) => {
    expect(() => from(given)).toThrow(key);
  });

  it('refuses a key of the file that does not exist', () => {
    expect(() => from({ stage: 'dev' }, { dev: { issuerUrl: 'https://issuer.example', isuerUrl: 'x' } })).toThrow(
      'isuerUrl',
    );
  });

  it('runs on arm64 on AWS and on the machine’s own architecture locally', () => {
    expect(architectureOf(from({ stage: 'prod', issuerUrl: 'https://issuer.example' }))).toBe(Architecture.ARM_64);
    const own = process.arch === 'x64' ? Architecture.X86_64 : Architecture.ARM_64;
    expect(architectureOf(from(LOCAL))).toBe(own);
  });
});
