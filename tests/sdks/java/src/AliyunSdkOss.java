import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.ResponseMessage;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.model.Callback;
import com.aliyun.oss.model.CompleteMultipartUploadRequest;
import com.aliyun.oss.model.GeneratePresignedUrlRequest;
import com.aliyun.oss.model.InitiateMultipartUploadRequest;
import com.aliyun.oss.model.PartETag;
import com.aliyun.oss.model.PutObjectRequest;
import com.aliyun.oss.model.UploadFileRequest;
import com.aliyun.oss.model.UploadPartRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;

/** The uploads of aliyun-sdk-oss, each with a callback. */
class AliyunSdkOss {
    static final int PART_SIZE_BYTES = 100 * 1024;

    private final Run run;
    private final OSS client;

    AliyunSdkOss(Run run, SignVersion signature) {
        this.run = run;
        var configuration = new ClientBuilderConfiguration();
        configuration.setSignatureVersion(signature);
        // Path style.
        configuration.setSLDEnabled(true);
        client = OSSClientBuilder.create()
                .endpoint(run.endpoint())
                .region(run.region())
                .credentialsProvider(new DefaultCredentialProvider(run.accessKeyId(), run.accessKeySecret()))
                .clientConfiguration(configuration)
                .build();
    }

    public static void main(String[] arguments) throws Exception {
        var run = Run.read();
        for (var signature : SignVersion.values()) {
            if (signature == SignVersion.V2) continue;
            var sdk = new AliyunSdkOss(run, signature);
            var form = new FormUpload(run, sdk.client, signature);
            run.uploadAll("java", signature.name().toLowerCase(), Map.of(
                    "put", sdk::put,
                    "form", form::post,
                    "multipart", sdk::uploadInParts,
                    "presigned", sdk::putToSignedUrl,
                    "resumable", sdk::uploadFile));
            sdk.client.shutdown();
        }
    }

    /** The SDK writes body and variables between quotes as they stand: whoever calls it escapes them. */
    private Callback callback(Run.Upload upload) {
        var callback = new Callback();
        callback.setCallbackUrl(upload.callbackUrl());
        callback.setCallbackBody(Run.escape(run.callbackBody()));
        callback.setCalbackBodyType(Callback.CalbackBodyType.URL);
        upload.vars().forEach((name, value) -> callback.addCallbackVar(name, Run.escape(value)));
        return callback;
    }

    private Run.Outcome put(Run.Upload upload) throws IOException {
        var request = new PutObjectRequest(
                run.bucket(), upload.key(), new ByteArrayInputStream(upload.content()));
        request.setCallback(callback(upload));
        try {
            return read(client.putObject(request).getResponse());
        } catch (OSSException failure) {
            return outcome(failure);
        }
    }

    private Run.Outcome uploadInParts(Run.Upload upload) throws IOException {
        String bucket = run.bucket(), key = upload.key();
        var uploadId = client.initiateMultipartUpload(new InitiateMultipartUploadRequest(bucket, key)).getUploadId();
        var parts = new ArrayList<PartETag>();
        var content = upload.content();
        for (int from = 0; parts.isEmpty() || from < content.length; from += PART_SIZE_BYTES) {
            int size = Math.min(content.length - from, PART_SIZE_BYTES);
            var bytes = new ByteArrayInputStream(content, from, size);
            var part = new UploadPartRequest(bucket, key, uploadId, parts.size() + 1, bytes, size);
            parts.add(client.uploadPart(part).getPartETag());
        }
        var request = new CompleteMultipartUploadRequest(bucket, key, uploadId, parts);
        request.setCallback(callback(upload));
        try {
            return read(client.completeMultipartUpload(request).getResponse());
        } catch (OSSException failure) {
            return outcome(failure);
        }
    }

    private Run.Outcome uploadFile(Run.Upload upload) throws IOException {
        var request = new UploadFileRequest(
                run.bucket(), upload.key(), run.file(upload).toString(), PART_SIZE_BYTES, 2, true);
        request.setCallback(callback(upload));
        try {
            return read(client.uploadFile(request).getMultipartUploadResult().getResponse());
        } catch (OSSException failure) {
            return outcome(failure);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    /**
     * Signs the callback's headers too: whoever uses the URL must send them. The SDK's own putObject by URL drops
     * the application's answer, and takes a 203 for success.
     */
    private Run.Outcome putToSignedUrl(Run.Upload upload) throws Exception {
        var headers = Map.of(
                "x-oss-callback", base64(run.callbackJson(upload)),
                "x-oss-callback-var", base64(Run.toJson(upload.vars())));
        var request = new GeneratePresignedUrlRequest(run.bucket(), upload.key(), HttpMethod.PUT);
        request.setExpiration(new Date(System.currentTimeMillis() + 60_000));
        request.setHeaders(new HashMap<>(headers));
        URI url = client.generatePresignedUrl(request).toURI();
        var put = HttpRequest.newBuilder(url).PUT(HttpRequest.BodyPublishers.ofByteArray(upload.content()));
        headers.forEach(put::header);
        return Run.send(put.build());
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Run.Outcome read(ResponseMessage response) throws IOException {
        try (var content = response.getContent()) {
            var answer = new String(content.readAllBytes(), StandardCharsets.UTF_8);
            return Run.Outcome.answered(response.getStatusCode(), answer);
        }
    }

    /** The exception has no status; the SDK makes one with this code of a 203. */
    private static Run.Outcome outcome(OSSException failure) {
        if (!failure.getErrorCode().equals("CallbackFailed")) throw failure;
        return Run.Outcome.raised(203, failure.getErrorCode());
    }
}
