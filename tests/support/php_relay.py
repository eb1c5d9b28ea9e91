"""A relay in PHP as people write them, run by PHP's own web server on loopback, in front of the demo."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

STARTS_WITHIN_S = 30

SCRIPT = r"""<?php
// ?as= how the answer is passed on; the question comes by GET, or the conversation as JSON
$body = json_decode(file_get_contents('php://input'), true) ?: [];
$messages = $body['messages'] ?? [['role' => 'user', 'content' => $_GET['question'] ?? '']];
$model = $body['model'] ?? $_GET['model'] ?? 'demo';
$as = $_GET['as'] ?? 'article';
while (ob_get_level()) ob_end_flush();
ob_implicit_flush();
set_time_limit(60);
if ($as !== 'text') header('Content-Type: text/event-stream');
header('Cache-Control: no-cache');
header('X-Accel-Buffering: no');
if ($as === 'chunked') header('Transfer-Encoding: chunked');

function say(string $as, string $text): void {
    if ($as === 'article') echo "event: update\ndata: " . json_encode(['content' => $text]) . "\n\n";
    elseif ($as === 'quoted') echo 'data: ' . json_encode($text) . "\n\n";
    elseif ($as === 'chunked') echo dechex(strlen($text)) . "\r\n" . $text . "\r\n";
    else echo $text;
    flush();
}

$stream = fopen(getenv('UPSTREAM'), 'r', false, stream_context_create(['http' => [
    'method' => 'POST',
    'header' => "Content-Type: application/json\r\n",
    'content' => json_encode(['model' => $model, 'messages' => $messages, 'stream' => true]),
    'ignore_errors' => true,
]]));
$failed = !str_contains($http_response_header[0], ' 200 ');
if ($failed && $as === 'article') echo "event: error\ndata: " . json_encode(['msg' => '服务异常']) . "\n\n";
while (!$failed && ($line = fgets($stream)) !== false) {
    if ($as === 'raw') {
        echo $line;
        flush();
        continue;
    }
    if (!str_starts_with($line, 'data:')) continue;
    $data = trim(substr($line, 5));
    if ($data === '[DONE]') break;
    $text = json_decode($data, true)['choices'][0]['delta']['content'] ?? '';
    if ($text !== '') say($as, $text);
}
if ($as === 'article') echo "event: end\ndata: \n\n";
if ($as === 'quoted') echo "data: [DONE]\n\n";
if ($as === 'chunked') echo "0\r\n\r\n";
"""


@contextmanager
def php_relay(folder: Path, upstream: str) -> Iterator[str]:
    """The address of the running script; the test is skipped where there is no PHP."""
    php = shutil.which("php")
    if php is None:
        pytest.skip("there is no php here (Debian: php-cli)")
    (folder / "chat.php").write_text(SCRIPT, encoding="utf-8")
    port = _free_port()
    log = folder / "php.log"
    with log.open("wb") as output:
        command = [php, "-S", f"127.0.0.1:{port}", "-t", str(folder)]
        environment = {**os.environ, "UPSTREAM": f"{upstream}/v1/chat/completions"}
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=folder)
    try:
        _wait_for(port, process, log)
        yield f"http://127.0.0.1:{port}/chat.php"
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"PHP's web server did not start: {log.read_text('utf-8', 'replace')}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port
