import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Where and what to upload: the JSON file that the environment variable SDK_RUN names. */
record Run(
        String endpoint,
        String region,
        String bucket,
        String accessKeyId,
        String accessKeySecret,
        String callbackUrl,
        String failingCallbackUrl,
        String callbackBody,
        String folder,
        List<Case> cases,
        Case failingCase) {

    /** An object to upload; its callback's variables are named "x:…". */
    record Case(String name, String key, Map<String, String> vars, String content) {}

    /** A case under the key of one operation. */
    record Upload(String key, byte[] content, Map<String, String> vars, String callbackUrl) {}

    /**
     * What an SDK tells of an upload.
     *
     * @param answer the application's answer; null for a callback that failed
     * @param raised whether the SDK made an error of the answer, with the code that it read in it
     */
    record Outcome(int status, String answer, boolean raised, String code) {
        static Outcome answered(int status, String answer) {
            return new Outcome(status, answer, false, null);
        }

        static Outcome raised(int status, String code) {
            return new Outcome(status, null, true, code);
        }
    }

    interface Operation {
        Outcome upload(Upload upload) throws Exception;
    }

    private record Line(
            String operation, String signature, @SerializedName("case") String name,
            String key, int status, String answer, boolean raised, String code) {}

    private static final HttpClient http = HttpClient.newHttpClient();
    private static final Pattern errorCode = Pattern.compile("<Code>(\\w+)</Code>");
    private static final Gson json = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    static Run read() throws IOException {
        return json.fromJson(Files.readString(Path.of(System.getenv("SDK_RUN"))), Run.class);
    }

    /** Uploads every case by every operation, under keys of this SDK; prints a line of JSON for each. */
    void uploadAll(String sdk, String signature, Map<String, Operation> operations) throws Exception {
        for (var operation : operations.entrySet()) {
            for (var one : cases) upload(sdk, signature, operation, one, callbackUrl);
            upload(sdk, signature, operation, failingCase, failingCallbackUrl);
        }
    }

    private void upload(
            String sdk, String signature, Map.Entry<String, Operation> operation, Case one, String url)
            throws Exception {
        var key = String.join("/", sdk, signature, operation.getKey(), one.key);
        var content = one.content.getBytes(StandardCharsets.UTF_8);
        var outcome = operation.getValue().upload(new Upload(key, content, one.vars, url));
        var line = new Line(operation.getKey(), signature, one.name, key,
                outcome.status, outcome.answer, outcome.raised, outcome.code);
        new PrintStream(System.out, true, StandardCharsets.UTF_8).println(json.toJson(line));
    }

    /** Writes the content to a file, for the uploads that read one. */
    Path file(Upload upload) throws IOException {
        return Files.write(Files.createTempFile(Path.of(folder), "content-", null), upload.content);
    }

    /** The callback parameter as JSON. */
    String callbackJson(Upload upload) {
        return toJson(Map.of(
                "callbackUrl", upload.callbackUrl,
                "callbackBody", callbackBody,
                "callbackBodyType", "application/x-www-form-urlencoded"));
    }

    static String toJson(Map<String, String> value) {
        return json.toJson(value);
    }

    /** Sends a request that no SDK sends, and reads its answer. */
    static Outcome send(HttpRequest request) throws IOException, InterruptedException {
        var response = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == 200) return Outcome.answered(200, response.body());
        var found = errorCode.matcher(response.body());
        return new Outcome(response.statusCode(), null, false, found.find() ? found.group(1) : null);
    }

    /** A text as it stands between the quotes of JSON. */
    static String escape(String text) {
        var quoted = json.toJson(text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
