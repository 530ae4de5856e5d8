# SPDX-License-Identifier: Apache-2.0
"""Who may do what, with real clients: curl with a cookie jar, nginx in front at /boot/, openssl at the HTTPS port."""
import json
import os
import subprocess

import pytest

from lab.bootferry import BINARY, Bootferry
from lab.network import SERVER
from lab.processes import Child, run, wait_until

GOOD = "correct horse battery"
MAC = "52:54:00:e2:e0:01"


@pytest.fixture
def server(lab):
    return Bootferry(lab, "proxy").start()


class Browser:
    """curl with a cookie jar, as our page would ask."""

    def __init__(self, server, base=f"http://{SERVER}:8080"):
        self.server, self.base, self.jar = server, base, server.lab.folder / f"jar-{base.replace('/', '_')}"

    def ask(self, method, path, body=None, *more):
        command = ["curl", "-sSk", "--max-time", "20", "-X", method, "-b", self.jar, "-c", self.jar, "-H", "X-Bootferry: 1", "-w", "\n%{http_code}", *more]
        if body is not None:
            command += ["--data-binary", json.dumps(body)]
        text, _, code = run([*command, self.base + path], namespace=self.server.namespace).stdout.rpartition("\n")
        return int(code), json.loads(text) if text.startswith(("{", "[")) else text

    def log_in(self, name="alice", password=GOOD):
        return self.ask("POST", "/api/v1/login", {"name": name, "password": password})[0]


def test_the_first_visit_closes_the_door_and_machines_boot_on(server):
    page = Browser(server)
    assert page.ask("GET", "/api/v1/clients")[0] == 200
    code = server.cli("first-visit").stdout.strip()
    assert page.ask("POST", "/api/v1/first-visit", {"code": "nothing", "name": "eve", "password": GOOD})[0] == 401
    status, me = page.ask("POST", "/api/v1/first-visit", {"code": code.lower(), "name": "alice", "password": GOOD})
    assert status == 201 and me["right"] == "admin", me
    assert server.status("/api/v1/clients") == 401 and server.status("/metrics") == 401
    assert page.ask("GET", "/api/v1/clients")[0] == 200
    assert page.ask("PUT", f"/api/v1/clients/{MAC}", {"name": "pc1"})[0] == 200
    assert server.curl(f"/boot/{MAC}.ipxe").stdout.startswith("#!ipxe"), "what boots asks for no login"
    assert json.loads(server.curl("/api/v1/health").stdout) == {"status": "ok"}
    assert server.cli("first-visit", check=False).returncode == 1


def test_a_forgotten_password_is_set_while_no_server_runs_and_ends_all_logins(server):
    server.add_user("alice", "admin")
    page = Browser(server)
    assert page.log_in() == 200
    assert server.stop() == 0
    server.start()
    assert page.ask("GET", "/api/v1/clients")[0] == 200, "a login outlives a restart"
    assert server.stop() == 0
    server.password_file.write_text("another long one\n")
    server.cli("user", "set-password", "alice", "--password-file", server.password_file)
    assert [user["name"] for user in server.json("user", "list")["users"]] == ["alice"]
    assert server.cli("user", "remove", "alice", check=False).returncode == 1, "the last admin stays"
    server.start()
    assert page.ask("GET", "/api/v1/clients")[0] == 401
    assert page.log_in() == 401
    assert page.log_in(password="another long one") == 200
    changes = server.json("audit")["changes"]
    offline = [change for change in changes if change["note"] == "while no server ran"]
    assert [change["path"] for change in offline] == ["/api/v1/users/alice", "/api/v1/users/alice"] and offline[1]["status"] == 200
    assert GOOD not in json.dumps(changes) and "another long one" not in server.log.read_text()


def test_programs_have_tokens_of_a_scope_that_end_when_they_are_revoked(server):
    server.add_user("alice", "admin")
    token = server.cli("token", "create", "prometheus").stdout.strip()
    bearer = ("-H", f"Authorization: Bearer {token}")
    assert server.status("/metrics", *bearer) == 200 and server.status("/api/v1/users", *bearer) == 403
    assert server.status(f"/api/v1/clients/{MAC}", "-X", "DELETE", *bearer) == 403
    listed = server.json("token", "list")["tokens"]
    assert len(listed) == 1 and token not in json.dumps(listed)
    server.cli("token", "revoke", str(listed[0]["id"]))
    assert server.status("/metrics", *bearer) == 401


def test_https_has_a_certificate_of_its_own_that_is_replaced_while_it_runs(lab):
    certificate, key = lab.folder / "c.pem", lab.folder / "k.pem"

    def make(name):
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
             "-addext", f"subjectAltName=IP:{SERVER}", "-keyout", str(key), "-out", str(certificate)])

    def subject(server):
        command = ["ip", "netns", "exec", server.namespace, "openssl", "s_client", "-connect", f"{SERVER}:8443", "-servername", "x"]
        shown = subprocess.run(command, input=b"", capture_output=True, timeout=20).stdout.decode()
        return next((line for line in shown.splitlines() if line.startswith("subject")), "")

    own = Bootferry(lab, "proxy").start()
    assert "Bootferry" in subject(own), "self-signed"
    assert oct((own.state_dir / "https-key.pem").stat().st_mode & 0o777) == "0o600"
    safe = Browser(own, f"https://{SERVER}:8443")
    own.add_user("alice", "admin")
    assert safe.log_in() == 200 and safe.ask("GET", "/api/v1/clients")[0] == 200
    assert "__Secure-bootferry" in safe.jar.read_text()
    assert Browser(own).ask("GET", "/api/v1/clients")[0] == 401
    big = own.state_dir / "files" / "big"
    big.write_bytes(os.urandom(3_000_000))
    got = lab.folder / "got"
    run(["curl", "-sSk", "--max-time", "30", "-o", str(got), f"https://{SERVER}:8443/files/big"], namespace=own.namespace)
    assert got.read_bytes() == big.read_bytes()
    assert own.stop() == 0

    make("first")
    settings = lab.folder / "bootferry.toml"
    settings.write_text(f'[http]\nrequire_https = true\ncertificate = "{certificate}"\nkey = "{key}"\n')
    given = Bootferry(lab, "proxy", ["--config", str(settings)], state_dir=own.state_dir).start()
    run(["curl", "-sS", "--cacert", str(certificate), "-o", "/dev/null", "--fail", f"https://{SERVER}:8443/"], namespace=given.namespace)
    assert given.status("/api/v1/health") == 403 and given.status("/") == 308
    assert given.curl(f"/boot/{MAC}.ipxe").stdout.startswith("#!ipxe"), "machines boot over plain HTTP"
    make("second")
    wait_until("the new certificate", lambda: "second" in subject(given), 25)
    certificate.write_text("nonsense")
    assert "second" in subject(given)
    assert given.stop() == 0


NGINX = """
daemon off; master_process off; error_log stderr; pid {folder}/nginx.pid;
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen {address}:80;
    location /boot/ {{
      proxy_pass http://{address}:8080/; proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Prefix /boot;
    }}
    location /sso/ {{
      auth_basic lab; auth_basic_user_file {folder}/htpasswd;
      proxy_pass http://{address}:8080/; proxy_http_version 1.1; proxy_buffering off; proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Prefix /sso; proxy_set_header Remote-User $remote_user; proxy_set_header Remote-Groups "";
    }}
    location /kept/ {{ proxy_pass http://{address}:8080; proxy_set_header Host $host; }}
  }}
}}
"""


def test_behind_nginx_below_a_path(lab):
    settings = lab.folder / "bootferry.toml"
    settings.write_text(f'[http]\ntrusted_proxies = ["{SERVER}"]\nbase_path = "/kept"\n')
    server = Bootferry(lab, "proxy", ["--config", str(settings)]).start()
    server.add_user("alice", "admin")
    configuration = lab.folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=lab.folder, address=SERVER))
    lab.add(Child("nginx", ["nginx", "-c", str(configuration)], lab.folder / "nginx.log", server.namespace))
    page = Browser(server, f"http://{SERVER}/boot")
    wait_until("nginx", lambda: page.ask("GET", "/api/v1/me")[0] == 200, 10)
    assert page.log_in() == 200 and "\t/boot/\t" in page.jar.read_text(), page.jar.read_text()
    assert page.ask("GET", "/")[0] == 200 and page.ask("GET", "/api/v1/clients")[0] == 200
    made = run(["curl", "-sSi", "-b", page.jar, "-H", f"Origin: http://{SERVER}", "--data-binary", '{"name":"blank","size":1048576}',
                f"http://{SERVER}/boot/api/v1/images"], namespace=server.namespace).stdout
    assert "Location: /boot/api/v1/images/blank" in made, made
    kept = Browser(server, f"http://{SERVER}/kept")
    assert kept.log_in() == 200 and kept.ask("GET", "/api/v1/clients")[0] == 200
    assert server.json("audit")["changes"], BINARY


def test_nginx_logs_people_in_and_nobody_else_does(lab):
    settings = lab.folder / "bootferry.toml"
    settings.write_text(f'[http]\ntrusted_proxies = ["{SERVER}"]\nuser_header = "Remote-User"\ngroups_header = "Remote-Groups"\nadmin_group = "admins"\n')
    server = Bootferry(lab, "proxy", ["--config", str(settings)]).start()
    server.add_user("alice", "admin")
    server.add_user("victor", "viewer")
    (lab.folder / "htpasswd").write_text("alice:{PLAIN}a\nvictor:{PLAIN}v\nmallory:{PLAIN}m\n")
    (lab.folder / "htpasswd").chmod(0o644)
    configuration = lab.folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=lab.folder, address=SERVER))
    lab.add(Child("nginx", ["nginx", "-c", str(configuration)], lab.folder / "nginx.log", server.namespace))

    def ask(who: str, path: str, *more, base=f"http://{SERVER}/sso", namespace=server.namespace) -> tuple[int, dict]:
        done = run(["curl", "-sS", "--max-time", "20", "-w", "\n%{http_code}", *(["-u", f"{who}:{who[0]}"] if who else []), *more, base + path],
                   namespace=namespace, check=False)
        text, _, code = done.stdout.rpartition("\n")
        return int(code or 0), json.loads(text) if text.startswith("{") else text

    wait_until("nginx", lambda: ask("alice", "/api/v1/me")[0] == 200, 10)
    assert ask("", "/api/v1/me")[0] == 401, "nginx asks first"
    alice = ask("alice", "/api/v1/me", "-H", "Remote-User: victor")[1]
    assert (alice["user"], alice["right"], alice["via"]) == ("alice", "admin", "proxy"), alice
    blank = ["--data-binary", '{"name":"blank","size":1048576}']
    assert ask("alice", "/api/v1/images", *blank)[0] == 403, "a form of a foreign page"
    assert ask("alice", "/api/v1/images", "-H", f"Origin: http://{SERVER}", *blank)[0] == 201
    assert ask("victor", "/api/v1/clients", "-H", "Remote-Groups: admins")[0] == 200
    assert ask("victor", "/api/v1/users", "-H", "Remote-Groups: admins")[0] == 403, "a viewer stays a viewer"
    refused = ask("mallory", "/api/v1/clients", "-H", "Remote-Groups: admins")
    assert refused[0] == 401 and "mallory" in refused[1]["detail"], refused

    # From any other address the header is nothing, on any port.
    host = lab.network.add_host("10.99.0.50")
    for base in (f"http://{SERVER}:8080", f"https://{SERVER}:8443"):
        assert ask("", "/api/v1/clients", "-k", "-H", "Remote-User: alice", base=base, namespace=host)[0] == 401
    assert server.log.read_text().count("USER_HEADER_IGNORED") == 1
    changes = [(change["who"], change["status"]) for change in server.json("audit")["changes"]]
    assert ("alice by proxy", 201) in changes, changes
