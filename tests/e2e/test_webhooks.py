# SPDX-License-Identifier: Apache-2.0
"""Webhooks: a machine's packets become a POST with its signature; a receiver that is dead, slow or a stranger harms nobody."""
import hashlib
import hmac
import json
import time

import pytest
from lab.dhcp_raw import PXE_BIOS, DhcpClient
from lab.processes import run, wait_until
from lab.webhook_receiver import WebhookReceiver

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
OTHER = "52:54:00:e2:e0:02"
SECRET = "a secret of the house"


def serve(lab, url, more="", events='"unknown-client", "boot-failed"'):
    (lab.folder / "secret").write_text(SECRET + "\n")
    settings = lab.folder / "bootferry.toml"
    settings.write_text(f'http.public_url = "https://boot.lan/ferry"\n[[webhooks]]\nurl = "{url}"\nevents = [{events}]\n'
                        f'secret_file = "{lab.folder / "secret"}"\nfields = {{message = "{{{{text}}}}", priority = 4}}\n{more}')
    return lab.serve("server", flags=["--config", settings])


def hook_of(server):
    return server.json("webhook", "list")["webhooks"][0]


def failures(server):
    return [event for event in server.api("GET", "/events?limit=1000")[1]["events"] if event["kind"] == "webhook-failed"]


def test_an_unknown_machine_and_its_failed_boot_arrive_signed(lab):
    receiver = WebhookReceiver(lab)
    server = serve(lab, "http://10.99.0.60:9000/hook?to=lab")
    client = DhcpClient(lab.network.add_host())
    client.send(1, MAC, PXE_BIOS)
    wait_until("the POST", lambda: receiver.of_kind("unknown-client"), 5)
    told = receiver.of_kind("unknown-client")[0]
    assert told["path"] == "/hook?to=lab"
    assert told["headers"]["Content-Type"] == "application/json"
    assert told["headers"]["X-Bootferry-Signature"] == "sha256=" + hmac.new(SECRET.encode(), told["body"], hashlib.sha256).hexdigest()
    message = told["json"]
    assert message["mac"] == MAC and message["name"] is None and message["reason"] is None
    assert message["link"] == f"https://boot.lan/ferry/#/machines/{MAC}"
    assert MAC in message["text"] and message["message"] == message["text"] and message["priority"] == 4

    # It asks again and again, and takes no offer: that is a boot that fails, and told as such; that it is there is told once.
    for _ in range(8):
        time.sleep(4)
        client.send(1, MAC, PXE_BIOS)
        if receiver.of_kind("boot-failed"):
            break
    wait_until("the failed boot", lambda: receiver.of_kind("boot-failed"), 10)
    failed = receiver.of_kind("boot-failed")[0]["json"]
    assert failed["mac"] == MAC and failed["reason"] and failed["mend"]
    assert len(receiver.of_kind("unknown-client")) == 1

    server.set_client(OTHER)
    client.send(1, OTHER, PXE_BIOS)
    wait_until("the other machine", lambda: any(event["kind"] == "client-seen" for event in server.boot_log(OTHER)), 5)
    assert not [one for one in receiver.of_kind("unknown-client") if one["json"]["mac"] == OTHER], "this one has a name"
    assert hook_of(server)["delivered"] == 2 and hook_of(server)["lost"] == 0
    receiver.close()


def test_a_silent_receiver_delays_no_machine_and_no_end(lab):
    receiver = WebhookReceiver(lab, silent=True)
    server = serve(lab, "http://10.99.0.60:9000/", events='"unknown-client", "dhcp-discover", "dhcp-offer", "dhcp-ack", "client-seen"')
    client = DhcpClient(lab.network.add_host())
    addresses = {client.lease(f"52:54:00:e2:e1:{number:02x}", PXE_BIOS, tries=1) for number in range(40)}
    assert None not in addresses and len(addresses) == 40, "each machine got its address at its first try"
    wait_until("the receiver that is waited for", lambda: receiver.requests, 5)
    wait_until("all of them", lambda: server.json("summary")["clients_unknown"] == 40, 5)
    assert hook_of(server)["delivered"] == 0
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 5, "an end waits for no receiver"
    receiver.close()


def test_a_dead_receiver_is_told_once_and_when_it_is_back(lab):
    server = serve(lab, "http://10.99.0.60:9000/")
    namespace = lab.network.add_host("10.99.0.60")
    client = DhcpClient(lab.network.add_host())
    assert hook_of(server)["last"] is None
    test = server.cli("webhook", "test", check=False)
    assert test.returncode == 1 and "no receiver answers at http://10.99.0.60:9000 (Connection refused)" in test.stdout
    assert not failures(server), "a test is for who asks for it"
    client.send(1, MAC, PXE_BIOS)
    client.send(1, OTHER, PXE_BIOS)
    wait_until("all tries", lambda: hook_of(server)["failing_since"], 60)
    assert hook_of(server)["lost"] == 1
    lines = {line["id"]: line for line in json.loads(server.cli("check", "--json", check=False).stdout)["lines"]}
    assert lines["webhooks"]["verdict"] == "warn" and lines["webhooks"]["mend"] == "bootferry webhook test 1"
    run(["ip", "netns", "delete", namespace])
    receiver = WebhookReceiver(lab)
    wait_until("the second machine", lambda: receiver.of_kind("unknown-client"), 60)
    assert receiver.of_kind("unknown-client")[0]["json"]["mac"] == OTHER
    wait_until("it to work", lambda: not hook_of(server)["failing_since"], 5)
    assert len(failures(server)) == 1
    receiver.close()


def test_only_a_certificate_that_is_trusted_is_told_anything(lab):
    key, certificate = lab.folder / "key.pem", lab.folder / "certificate.pem"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=receiver",
         "-addext", "subjectAltName=IP:10.99.0.60"])
    receiver = WebhookReceiver(lab, certificate=(certificate, key), status=400)
    hook = '[[webhooks]]\nurl = "https://10.99.0.60:9000/"\nevents = ["boot-failed"]\n'
    server = serve(lab, "https://10.99.0.60:9000/", f'ca_file = "{certificate}"\n' + hook)
    refused = server.cli("webhook", "test", "2", check=False)
    assert refused.returncode == 1 and "is not trusted" in refused.stdout and "ca_file" in refused.stdout
    assert not receiver.requests, "nothing was said to a stranger"
    answered = server.cli("webhook", "test", "1", check=False)
    assert answered.returncode == 1 and "answered 400 Bad Request" in answered.stdout
    receiver.status = 204
    assert server.cli("webhook", "test", "1").stdout.startswith("delivered: https://10.99.0.60:9000 answered 204")
    assert server.cli("webhook", "test", "3", check=False).returncode == 1
    assert server.api("POST", "/webhooks/1/test", token=None)[0] == 401
    receiver.close()
