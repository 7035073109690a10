<?php

/** The run, from the JSON file that SDK_RUN names. */
function readRun(): array
{
    return json_decode(file_get_contents(getenv('SDK_RUN')), true, 512, JSON_THROW_ON_ERROR);
}

/**
 * Uploads every case by every operation and prints one line of JSON for each upload.
 *
 * @param array<string, callable> $operations each takes bucket, key, content, callback and variables (both JSON) and
 *   returns the status and the answer
 * @param callable $readError takes an exception of the SDK and returns its status and OSS's code
 */
function upload(array $run, string $signature, array $operations, callable $readError): void
{
    foreach ($operations as $operation => $perform) {
        $program = basename($GLOBALS['argv'][0], '.php');
        $attempt = function (string $url, array $case) use ($run, $signature, $operation, $perform, $program): array {
            $callback = ['callbackUrl' => $url, 'callbackBody' => $run['callbackBody']];
            $key = "$program/$operation-$signature/{$case['key']}";
            $line = ['operation' => $operation, 'signature' => $signature, 'case' => $case['name'], 'key' => $key];
            $vars = json_encode($case['vars'], JSON_FORCE_OBJECT);
            return [$line, fn () => $perform($run['bucket'], $key, $case['content'], json_encode($callback), $vars)];
        };
        foreach ($run['cases'] as $case) {
            [$line, $send] = $attempt($run['callbackUrl'], $case);
            [$status, $answer] = $send();
            printLine($line + ['status' => $status, 'answer' => $answer]);
        }
        [$line, $send] = $attempt($run['failingCallbackUrl'], $run['failingCase']);
        try {
            [$status] = $send();
            printLine($line + ['raised' => false, 'status' => $status, 'code' => null]);
        } catch (Exception $error) {
            [$status, $code] = $readError($error);
            printLine($line + ['raised' => true, 'status' => $status, 'code' => $code]);
        }
    }
}

function printLine(array $line): void
{
    echo json_encode($line, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
}
