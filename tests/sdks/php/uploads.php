<?php

/** aliyun-oss-php-sdk: its folder is the first argument. */

require __DIR__ . '/run.php';
require $argv[1] . '/autoload.php';

use OSS\Core\OssException;
use OSS\Credentials\StaticCredentialsProvider;
use OSS\OssClient;

/** The answer as the SDK gives it: headers, `info` of cURL and `body` in one array. */
function readAnswer(array $result): array
{
    return [$result['info']['http_code'], $result['body']];
}

/** The SDK only signs the URL: the upload is the application's own. */
function putToUrl(string $url, string $content, array $headers): array
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => 'PUT',
        CURLOPT_POSTFIELDS => $content,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 20,
    ]);
    $answer = curl_exec($curl);
    return [curl_getinfo($curl, CURLINFO_HTTP_CODE), $answer];
}

$run = readRun();
foreach (['v1', 'v4'] as $signature) {
    $client = new OssClient([
        'endpoint' => $run['endpoint'],
        'region' => $run['region'],
        'provider' => new StaticCredentialsProvider($run['accessKeyId'], $run['accessKeySecret']),
        'signatureVersion' => $signature,
    ]);
    upload($run, $signature, [
        'put' => fn ($bucket, $key, $content, $callback, $vars) => readAnswer($client->putObject($bucket, $key, $content, [
            OssClient::OSS_CALLBACK => $callback,
            OssClient::OSS_CALLBACK_VAR => $vars,
        ])),
        'multipart' => function ($bucket, $key, $content, $callback, $vars) use ($client, $run) {
            $file = "{$run['folder']}/upload.bin";
            file_put_contents($file, $content);
            $id = $client->initiateMultipartUpload($bucket, $key);
            $part = ['fileUpload' => $file, 'partNumber' => 1, 'seekTo' => 0, 'length' => strlen($content)];
            $etag = $client->uploadPart($bucket, $key, $id, $part);
            return readAnswer($client->completeMultipartUpload($bucket, $key, $id, [['PartNumber' => 1, 'ETag' => $etag]], [
                OssClient::OSS_CALLBACK => $callback,
                OssClient::OSS_CALLBACK_VAR => $vars,
            ]));
        },
        'presigned' => function ($bucket, $key, $content, $callback, $vars) use ($client) {
            $url = $client->signUrl($bucket, $key, 600, OssClient::OSS_HTTP_PUT, [
                OssClient::OSS_CALLBACK => $callback,
                OssClient::OSS_CALLBACK_VAR => $vars,
                OssClient::OSS_CONTENT_TYPE => 'text/plain',
            ]);
            return putToUrl($url, $content, [
                'x-oss-callback: ' . base64_encode($callback),
                'x-oss-callback-var: ' . base64_encode($vars),
                'content-type: text/plain',
            ]);
        },
    ], fn (OssException $error) => [(int) $error->getHTTPStatus(), $error->getErrorCode()]);
}
