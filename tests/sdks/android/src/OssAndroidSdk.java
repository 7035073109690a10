import com.alibaba.sdk.android.oss.ClientConfiguration;
import com.alibaba.sdk.android.oss.OSS;
import com.alibaba.sdk.android.oss.OSSClient;
import com.alibaba.sdk.android.oss.ServiceException;
import com.alibaba.sdk.android.oss.common.HttpMethod;
import com.alibaba.sdk.android.oss.common.auth.OSSPlainTextAKSKCredentialProvider;
import com.alibaba.sdk.android.oss.model.GeneratePresignedUrlRequest;
import com.alibaba.sdk.android.oss.model.MultipartUploadRequest;
import com.alibaba.sdk.android.oss.model.PutObjectRequest;
import com.alibaba.sdk.android.oss.model.ResumableUploadRequest;
import com.alibaba.sdk.android.oss.signer.SignVersion;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.RuntimeEnvironment;
import org.robolectric.annotation.Config;

/** The uploads of oss-android-sdk, each with a callback, on the Android that Robolectric brings to the JVM. */
@RunWith(RobolectricTestRunner.class)
@Config(manifest = Config.NONE, sdk = 30)
public class OssAndroidSdk {
    private static final int PART_SIZE_BYTES = 100 * 1024;

    private Run run;
    private OSS client;

    @Test
    public void uploadAll() throws Exception {
        // JUnit has begun the line with a dot.
        System.out.println();
        run = Run.read();
        for (var signature : SignVersion.values()) {
            var configuration = new ClientConfiguration();
            configuration.setSignVersion(signature);
            configuration.setPathStyleAccessEnable(true);
            var keys = new OSSPlainTextAKSKCredentialProvider(run.accessKeyId(), run.accessKeySecret());
            var sdk = new OSSClient(RuntimeEnvironment.getApplication(), run.endpoint(), keys, configuration);
            sdk.setRegion(run.region());
            client = sdk;
            run.uploadAll("android", signature.name().toLowerCase(), Map.of(
                    "put", this::put,
                    "multipart", this::uploadInParts,
                    "presigned", this::putToSignedUrl,
                    "resumable", this::uploadFile));
        }
    }

    private Run.Outcome put(Run.Upload upload) throws Exception {
        var request = new PutObjectRequest(run.bucket(), upload.key(), upload.content());
        request.setCallbackParam(callback(upload));
        request.setCallbackVars(upload.vars());
        try {
            var result = client.putObject(request);
            return Run.Outcome.answered(result.getStatusCode(), result.getServerCallbackReturnBody());
        } catch (ServiceException failure) {
            return outcome(failure);
        }
    }

    private Run.Outcome uploadInParts(Run.Upload upload) throws Exception {
        // The SDK takes no empty file in parts.
        if (upload.content().length == 0) return put(upload);
        var request = new MultipartUploadRequest<>(run.bucket(), upload.key(), run.file(upload).toString());
        request.setPartSize(PART_SIZE_BYTES);
        request.setCallbackParam(callback(upload));
        request.setCallbackVars(upload.vars());
        try {
            var result = client.multipartUpload(request);
            return Run.Outcome.answered(result.getStatusCode(), result.getServerCallbackReturnBody());
        } catch (ServiceException failure) {
            return outcome(failure);
        }
    }

    private Run.Outcome uploadFile(Run.Upload upload) throws Exception {
        // The SDK takes no empty file in parts.
        if (upload.content().length == 0) return put(upload);
        var request =
                new ResumableUploadRequest(run.bucket(), upload.key(), run.file(upload).toString(), run.folder());
        request.setPartSize(PART_SIZE_BYTES);
        request.setCallbackParam(callback(upload));
        request.setCallbackVars(upload.vars());
        try {
            var result = client.resumableUpload(request);
            return Run.Outcome.answered(result.getStatusCode(), result.getServerCallbackReturnBody());
        } catch (ServiceException failure) {
            return outcome(failure);
        }
    }

    /** Signs the callback's headers too: whoever uses the URL must send them. */
    private Run.Outcome putToSignedUrl(Run.Upload upload) throws Exception {
        var headers = Map.of(
                "x-oss-callback", base64(run.callbackJson(upload)),
                "x-oss-callback-var", base64(Run.toJson(upload.vars())));
        var request = new GeneratePresignedUrlRequest(run.bucket(), upload.key(), 60, HttpMethod.PUT);
        request.setHeaders(new HashMap<>(headers));
        var url = URI.create(client.presignConstrainedObjectURL(request));
        var put = HttpRequest.newBuilder(url).PUT(HttpRequest.BodyPublishers.ofByteArray(upload.content()));
        headers.forEach(put::header);
        return Run.send(put.build());
    }

    private HashMap<String, String> callback(Run.Upload upload) {
        var callback = new HashMap<String, String>();
        callback.put("callbackUrl", upload.callbackUrl());
        callback.put("callbackBody", run.callbackBody());
        callback.put("callbackBodyType", "application/x-www-form-urlencoded");
        return callback;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Run.Outcome outcome(ServiceException failure) {
        return Run.Outcome.raised(failure.getStatusCode(), failure.getErrorCode());
    }
}
