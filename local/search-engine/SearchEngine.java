import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One OpenSearch node on loopback, for laptops without Docker: `java -cp 'lib/*' SearchEngine.java <folder> <port> <name>`.
 * The runner's own main class refuses ports above 9299 and hides why a start failed; this one does neither.
 */
public final class SearchEngine {
    public static void main(String[] args) throws InterruptedException {
        String folder = args[0];
        String port = args[1];
        String name = args[2];
        OpenSearchRunner runner = new OpenSearchRunner();
        // A negative limit switches the runner's own port search off: the port is the one asked for, or the start fails.
        runner.setMaxHttpPort(-1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
            stopped.countDown();
        }));
        try {
            runner.onBuild((number, settings) -> {
                settings.put("http.port", port);
                settings.put("http.host", "127.0.0.1");
                settings.put("transport.host", "127.0.0.1");
                // Any free port: two instances on one machine must neither collide nor find each other.
                settings.put("transport.port", "0");
                settings.put("discovery.type", "single-node");
                // A laptop's disk is often fuller than the watermarks allow; the index here is small and disposable.
                settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            }).build(OpenSearchRunner.newConfigs()
                    .basePath(folder).clusterName(name).numOfNode(1).baseHttpPort(Integer.parseInt(port) - 1));
        } catch (RuntimeException error) {
            error.printStackTrace();
            System.exit(1);
        }
        stopped.await();
    }
}
