import com.aliyun.oss.OSS;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.model.PolicyConditions;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** PostObject: aliyun-sdk-oss signs its policy, and leaves the request to others. */
class FormUpload {
    private final Run run;
    private final OSS client;
    private final SignVersion signature;

    FormUpload(Run run, OSS client, SignVersion signature) {
        this.run = run;
        this.client = client;
        this.signature = signature;
    }

    Run.Outcome post(Run.Upload upload) throws Exception {
        var fields = signPolicy();
        fields.put("key", upload.key());
        fields.put("callback", AliyunSdkOss.base64(run.callbackJson(upload)));
        fields.putAll(upload.vars());
        var boundary = UUID.randomUUID().toString();
        var form = new StringBuilder();
        fields.forEach((name, value) -> form.append(part(boundary, "name=\"" + name + '"', value)));
        // OSS ignores whatever comes after the file.
        form.append(part(boundary, "name=\"file\"; filename=\"content.txt\"", new String(upload.content(), "UTF-8")));
        form.append("--").append(boundary).append("--\r\n");
        return Run.send(HttpRequest.newBuilder(URI.create(run.endpoint() + "/" + run.bucket()))
                .header("content-type", "multipart/form-data; boundary=" + boundary)
                .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
                .build());
    }

    private static String part(String boundary, String disposition, String value) {
        return "--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n".formatted(boundary, disposition, value);
    }

    /** The fields of a form that may be sent within the next minute. */
    private Map<String, String> signPolicy() {
        var now = Instant.now();
        var expiration = Date.from(now.plusSeconds(60));
        var conditions = new PolicyConditions();
        conditions.addConditionItem("bucket", run.bucket());
        var fields = new LinkedHashMap<String, String>();
        if (signature == SignVersion.V4) {
            var time = now.atOffset(ZoneOffset.UTC);
            var day = time.format(DateTimeFormatter.BASIC_ISO_DATE).substring(0, 8);
            fields.put("x-oss-signature-version", "OSS4-HMAC-SHA256");
            fields.put("x-oss-credential",
                    "%s/%s/%s/oss/aliyun_v4_request".formatted(run.accessKeyId(), day, run.region()));
            fields.put("x-oss-date", time.format(DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")));
            fields.forEach(conditions::addConditionItem);
        } else fields.put("OSSAccessKeyId", run.accessKeyId());
        var policy = client.generatePostPolicy(expiration, conditions);
        fields.put("policy", AliyunSdkOss.base64(policy));
        if (signature == SignVersion.V4)
            fields.put("x-oss-signature", client.calculatePostSignature(policy, Date.from(now)));
        else fields.put("Signature", client.calculatePostSignature(policy));
        return fields;
    }
}
