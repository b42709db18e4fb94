import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs the main methods of Apache Kafka's tools one after the other in one process, because a process for each would take seconds.
 * Standard input: for each tool the count of texts, then its class, its standard input and its arguments, each with a length.
 * Standard output: its exit code, then what it wrote to its standard output and to its standard error, each with a length.
 */
public final class ToolRunner {
    private static final class Exited extends RuntimeException {
        final int status;

        Exited(int status) {
            super(null, null, false, false);
            this.status = status;
        }
    }

    private static final PrintStream NOWHERE = new PrintStream(java.io.OutputStream.nullOutputStream());

    private static final int HOOK_MILLIS = 10_000;

    private static final java.util.List<Runnable> hooks = new java.util.concurrent.CopyOnWriteArrayList<>();

    /** The first status a tool ended with; what it says and does when the exception passes through it is not meant. */
    private static Integer ended;

    public static void main(String[] args) throws Exception {
        var requests = new DataInputStream(System.in);
        var answers = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        Exit.setExitProcedure((status, message) -> end(status));
        Exit.setHaltProcedure((status, message) -> end(status));
        Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
        for (int count = requests.readInt(); count > 0; count = requests.readInt()) {
            var texts = new String[count];
            for (int at = 0; at < count; at++) {
                texts[at] = new String(requests.readNBytes(requests.readInt()), StandardCharsets.UTF_8);
            }

            var out = new ByteArrayOutputStream();
            var err = new ByteArrayOutputStream();
            System.setIn(new ByteArrayInputStream(texts[1].getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
            ended = null;
            hooks.clear();
            int status = run(texts[0], java.util.Arrays.copyOfRange(texts, 2, count));
            runHooks();
            System.out.flush();
            System.err.flush();
            answers.writeInt(status);
            for (var bytes : new byte[][] {out.toByteArray(), err.toByteArray()}) {
                answers.writeInt(bytes.length);
                answers.write(bytes);
            }
        }
    }

    /** As at the end of a process: the console producer, for one, sends what it still holds. A hook that waits for what an early end has cut off is left alone. */
    private static void runHooks() throws InterruptedException {
        for (var hook : hooks) {
            var thread = new Thread(hook);
            thread.setDaemon(true);
            thread.start();
            thread.join(HOOK_MILLIS);
        }
    }

    private static void end(int status) {
        if (ended == null) {
            ended = status;
            System.out.flush();
            System.setOut(NOWHERE);
            System.setErr(NOWHERE);
        }

        throw new Exited(ended);
    }

    private static int run(String tool, String[] args) throws Exception {
        try {
            Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) args);
            return ended == null ? 0 : ended;
        } catch (InvocationTargetException e) {
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                if (cause instanceof Exited exited) {
                    return exited.status;
                }
            }

            if (ended != null) {
                return ended;
            }

            e.getCause().printStackTrace();
            return 1;
        }
    }
}
