<?php

/** alibabacloud-oss-php-sdk-v2: its folder is the first argument. Needs Guzzle on PHP's include path. */

require __DIR__ . '/run.php';
require 'GuzzleHttp/autoload.php';

spl_autoload_register(function (string $class) use ($argv) {
    $prefix = 'AlibabaCloud\\Oss\\V2\\';
    if (str_starts_with($class, $prefix)) {
        require "$argv[1]/src/" . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    }
});

use AlibabaCloud\Oss\V2 as Oss;
use AlibabaCloud\Oss\V2\Models;

/** The answer as the SDK gives it: decoded JSON, null where the body is none. */
function readAnswer(object $result): array
{
    return [$result->statusCode, json_encode($result->callbackResult)];
}

$run = readRun();
foreach (['v1', 'v4'] as $signature) {
    $config = Oss\Config::loadDefault();
    $config->setCredentialsProvider(new Oss\Credentials\StaticCredentialsProvider($run['accessKeyId'], $run['accessKeySecret']));
    $config->setRegion($run['region']);
    $config->setEndpoint($run['endpoint']);
    $config->setSignatureVersion($signature);
    $client = new Oss\Client($config);
    $putRequest = function ($bucket, $key, $callback, $vars) {
        $request = new Models\PutObjectRequest(bucket: $bucket, key: $key);
        $request->callback = base64_encode($callback);
        $request->callbackVar = base64_encode($vars);
        return $request;
    };
    upload($run, "$signature", [
        'put' => function ($bucket, $key, $content, $callback, $vars) use ($client, $putRequest) {
            $request = $putRequest($bucket, $key, $callback, $vars);
            $request->body = Oss\Utils::streamFor($content);
            return readAnswer($client->putObject($request));
        },
        'multipart' => function ($bucket, $key, $content, $callback, $vars) use ($client) {
            $id = $client->initiateMultipartUpload(new Models\InitiateMultipartUploadRequest($bucket, $key))->uploadId;
            $part = new Models\UploadPartRequest($bucket, $key, 1, $id);
            $part->body = Oss\Utils::streamFor($content);
            $etag = $client->uploadPart($part)->etag;
            $request = new Models\CompleteMultipartUploadRequest($bucket, $key, $id);
            $request->completeMultipartUpload = new Models\CompleteMultipartUpload([new Models\UploadPart(1, $etag)]);
            $request->callback = base64_encode($callback);
            $request->callbackVar = base64_encode($vars);
            return readAnswer($client->completeMultipartUpload($request));
        },
        'presigned' => function ($bucket, $key, $content, $callback, $vars) use ($client, $putRequest) {
            $signed = $client->presign($putRequest($bucket, $key, $callback, $vars));
            $answer = (new GuzzleHttp\Client(['timeout' => 20]))
                ->request($signed->method, $signed->url, ['headers' => $signed->signedHeaders, 'body' => $content]);
            return [$answer->getStatusCode(), (string) $answer->getBody()];
        },
    ], fn (Oss\Exception\OperationException $error) => [
        $error->getPrevious()->getStatusCode(),
        $error->getPrevious()->getErrorCode(),
    ]);
}
