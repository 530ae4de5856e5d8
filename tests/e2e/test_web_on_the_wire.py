# SPDX-License-Identifier: Apache-2.0
"""The page as the server sends it: small, packed for who takes it, and never sent twice."""
import gzip

from lab.bootferry import Bootferry
from lab.images import ROOT
from lab.processes import run

MOST = 400 * 1024


def test_the_whole_page_is_small_on_the_wire(lab):
    server = Bootferry(lab, "proxy").start()
    run([ROOT / "tests" / "web" / "run", "--prepare"], timeout=600)
    # The same sources make the same names: the build's folder lists what the binary holds.
    dist = ROOT / "web" / "dist"
    files = sorted(path.relative_to(dist) for path in dist.rglob("*") if path.is_file() and path.suffix != ".gz")
    assert len(files) > 3
    sent = 0
    for file in files:
        answer = lab.folder / "answer"
        told = server.curl(f"/{file}", "-H", "Accept-Encoding: gzip", "-D", lab.folder / "head", "-o", answer, "-w", "%{http_code} %{size_download} %{size_header}").stdout.split()
        assert told[0] == "200", f"{file}: {told}; was the binary built of these sources?"
        sent += int(told[1]) + int(told[2])
        head = (lab.folder / "head").read_text().lower()
        body = answer.read_bytes()
        if file.suffix in (".js", ".css", ".html", ".svg"):
            assert "content-encoding: gzip" in head and "vary: accept-encoding" in head, f"{file}:\n{head}"
            body = gzip.decompress(body)
        assert body == (dist / file).read_bytes(), f"{file} is another one"
        tag = next(line.split(":", 1)[1].strip() for line in head.splitlines() if line.startswith("etag:"))
        assert server.status(f"/{file}", "-H", "Accept-Encoding: gzip", "-H", f"If-None-Match: {tag}") == 304, file
    print(f"the page: {len(files)} files, {sent / 1024:.0f} KiB on the wire, heads included")
    assert sent < MOST
    plain = server.curl("/", "-D", "-").stdout
    assert "content-encoding" not in plain.lower() and "<!doctype html>" in plain.lower()
