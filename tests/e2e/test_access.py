# SPDX-License-Identifier: Apache-2.0
"""Who may open a disk: the secret of each boot, fixed secrets of initiators that are configured by hand, strangers."""
import json
import os
import sqlite3
import stat

import pytest
from lab import images
from lab.iscsi_chap import AUTHENTICATION_FAILURE, AUTHORIZATION_FAILURE, boot_credentials, chap_login, request
from lab.iscsi_raw import Initiator
from lab.network import SERVER
from lab.processes import run, wait_until

pytestmark = pytest.mark.product
MAC = "52:54:00:e2:e0:01"
OWN = "iqn.2026-11.org.bootferry:525400e2e001"
TARGET = OWN + ".80"
HAND = "iqn.2026-11.test.lab:by-hand"
SECRET, TARGET_SECRET = "twelve-bytes-1", "other-bytes-22"


@pytest.fixture
def served(lab, probe):
    server = lab.serve("server")
    server.add_image("probe", images.copy(probe, lab.folder / "probe.img"))
    server.set_client(MAC, [("probe", "master")], access="boot")
    return server, lab.network.add_host("10.99.0.50")


def give_secrets(server, lab, auth, *options):
    """Sets fixed secrets from a file, as a person does."""
    file = lab.folder / "secrets"
    file.write_text(f"{SECRET}\n{TARGET_SECRET}\n")
    file.chmod(0o600)
    return server.cli("client", "set", MAC, "--auth", auth, "--secret-file", str(file), "--initiator", HAND, *options)


def refusals(server) -> list[str]:
    return [event["text"] for event in server.boot_log(MAC) if event["kind"] == "login-refused"]


def test_a_machine_boots_with_the_secret_of_its_boot(lab, served):
    server, _ = served
    pc = lab.machine("bios-rom", mac=MAC).power_on()
    pc.wait_serial(r"BOOTFERRY-PROBE-DONE ", 60)
    asked = [event["keys"] for event in lab.wire.events("iscsi-login")]
    answered = [event["keys"] for event in lab.wire.events("iscsi-login-response")]
    assert any("CHAP" in keys.get("AuthMethod", "") for keys in asked), asked
    assert any(keys.get("AuthMethod") == "CHAP" for keys in answered), answered
    assert any("CHAP_C" in keys for keys in answered)
    names = [keys["CHAP_N"] for keys in asked if "CHAP_N" in keys]
    assert names and all(name.startswith("525400e2e001.") for name in names), names
    assert server.sessions()[0]["initiator"] == OWN
    assert not refusals(server)


def test_strangers_are_told_that_they_have_no_right(lab, served):
    server, host = served
    assert Initiator(host, TARGET).login()[0] == AUTHORIZATION_FAILURE, "an initiator name that nobody named"
    assert Initiator(host, TARGET, OWN).login()[0] == AUTHENTICATION_FAILURE, "the right name without a proof"
    assert Initiator(host, OWN + ".81", OWN).login()[0] == 0x0203, "a drive that is not there"
    assert wait_until("the refusals in the boot log", lambda: len(refusals(server)) >= 3)
    server.cli("client", "set", MAC, "--from", "10.99.0.51")
    user, secret = boot_credentials(server, MAC)
    assert chap_login(Initiator(host, TARGET, OWN), user, secret) == AUTHORIZATION_FAILURE, "from elsewhere"
    assert chap_login(Initiator(lab.network.add_host("10.99.0.51"), TARGET, OWN), user, secret) == 0


def test_a_secret_holds_until_the_next_boot_logs_in(served):
    server, host = served
    user, secret = boot_credentials(server, MAC)
    assert chap_login(Initiator(host, TARGET, OWN), user, "not-the-secret-1") == AUTHENTICATION_FAILURE
    firmware = Initiator(host, TARGET, OWN, isid=1)
    assert chap_login(firmware, user, secret) == 0
    system = Initiator(host, TARGET, OWN, isid=2)
    assert chap_login(system, user, secret, "5,7") == 0, "the system logs in again while the firmware's session is open"
    assert len(server.sessions()) == 2
    next_user, next_secret = boot_credentials(server, MAC)
    assert chap_login(Initiator(host, TARGET, OWN, isid=3), user, secret) == 0, "a script that was fetched cuts nobody off"
    assert chap_login(Initiator(host, TARGET, OWN, isid=4), next_user, next_secret) == 0
    assert chap_login(Initiator(host, TARGET, OWN, isid=5), user, secret) == AUTHENTICATION_FAILURE, "its boot is over"
    assert chap_login(Initiator(host, TARGET, OWN, isid=6), next_user, secret) == AUTHENTICATION_FAILURE


def test_a_running_machine_outlives_a_kill_of_the_server(served):
    server, host = served
    old = boot_credentials(server, MAC)
    user, secret = boot_credentials(server, MAC)
    link = Initiator(host, TARGET, OWN)
    assert chap_login(link, user, secret) == 0
    wait_until("the mark is on disk", lambda: marks(server))
    server.kill()
    server.start()
    again = Initiator(host, TARGET, OWN)
    assert chap_login(again, user, secret) == 0
    assert again.test_ready() == 0
    assert chap_login(Initiator(host, TARGET, OWN, isid=2), *old) == AUTHENTICATION_FAILURE, "what is over stays over"
    key = server.state_dir / "server-key"
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600 and key.stat().st_size == 32


def marks(server):
    with sqlite3.connect(f"file:{server.state_dir}/bootferry.db?mode=ro", uri=True) as database:
        return database.execute("SELECT mac, mark FROM boot_marks").fetchall()


def test_discovery_shows_an_initiator_its_own_targets_only(lab, served):
    server, host = served
    listed = run(["iscsi-ls", "-i", "iqn.stranger:x", f"iscsi://{SERVER}:3260"], namespace=host).stdout
    assert TARGET not in listed
    listed = run(["iscsi-ls", "-i", OWN, f"iscsi://{SERVER}:3260"], namespace=host).stdout
    assert TARGET not in listed, "a name alone is no proof"
    user, secret = boot_credentials(server, MAC)
    listed = run(["iscsi-ls", "-i", OWN, f"iscsi://{user}%{secret}@{SERVER}:3260"], namespace=host).stdout
    assert TARGET in listed
    give_secrets(server, lab, "chap")
    refused = run(["iscsi-ls", "-i", HAND, f"iscsi://{SERVER}:3260"], namespace=host, check=False)
    assert refused.returncode != 0 and TARGET not in refused.stdout, "a fixed secret is asked for"
    assert TARGET in run(["iscsi-ls", "-i", HAND, f"iscsi://{HAND}%{SECRET}@{SERVER}:3260"], namespace=host).stdout
    server.cli("client", "set", MAC, "--auth", "none")
    assert TARGET in run(["iscsi-ls", "-i", HAND, f"iscsi://{SERVER}:3260"], namespace=host).stdout


def inquiry(host, login: str, *options, query=""):
    return run(["iscsi-inq", "-i", HAND, *options, f"iscsi://{login}{SERVER}:3260/{TARGET}/0{query}"], namespace=host, check=False)


def test_libiscsi_with_a_fixed_secret(lab, served):
    server, host = served
    give_secrets(server, lab, "chap", "--user", "dos")
    assert inquiry(host, f"dos%{SECRET}@").returncode == 0
    for login in ("", "dos%twelve-bytes-2@", f"{HAND}%{SECRET}@", f"dos%{TARGET_SECRET}@"):
        assert inquiry(host, login).returncode != 0, login
    disk = f"driver=iscsi,transport=tcp,portal={SERVER}:3260,target={TARGET},lun=0,initiator-name={HAND},user=dos,password="
    assert "8 MiB" in run(["qemu-img", "info", "--image-opts", disk + SECRET], namespace=host).stdout
    assert run(["qemu-img", "info", "--image-opts", disk + "not-the-secret"], namespace=host, check=False).returncode != 0


def test_libiscsi_with_mutual_chap(lab, served):
    server, host = served
    give_secrets(server, lab, "mutual", "--user", "dos")
    query = f"?target_user={TARGET}&target_password={TARGET_SECRET}"
    assert inquiry(host, f"dos%{SECRET}@", query=query).returncode == 0
    answers = [event["keys"] for event in lab.wire.events("iscsi-login-response")]
    assert any("CHAP_R" in keys and keys.get("CHAP_N") == TARGET for keys in answers), answers
    assert inquiry(host, f"dos%{SECRET}@").returncode != 0, "the initiator did not ask for the target's proof"
    wrong = query.replace(TARGET_SECRET, "not-its-secret")
    assert inquiry(host, f"dos%{SECRET}@", query=wrong).returncode != 0


def test_our_own_challenge_sent_back_is_refused(lab, served):
    server, host = served
    give_secrets(server, lab, "mutual", "--user", "dos")
    link = Initiator(host, TARGET, HAND)
    assert request(link, 0x81, {"InitiatorName": HAND, "TargetName": TARGET, "AuthMethod": "CHAP"})[0] == 0
    _, challenge = request(link, 0x81, {"CHAP_A": "7"})
    status, answer = request(link, 0x81, {"CHAP_N": "dos", "CHAP_R": "0x" + "00" * 32, "CHAP_I": challenge["CHAP_I"],
                                          "CHAP_C": challenge["CHAP_C"]})
    assert status == AUTHENTICATION_FAILURE and "CHAP_R" not in answer


def test_secrets_are_told_nowhere(lab, served):
    server, host = served
    user, secret = boot_credentials(server, MAC)
    assert chap_login(Initiator(host, TARGET, OWN), user, secret) == 0
    shown = give_secrets(server, lab, "mutual", "--user", "dos")
    assert inquiry(host, f"dos%{SECRET}@", query=f"?target_user={TARGET}&target_password={TARGET_SECRET}").returncode == 0
    assert inquiry(host, "dos%twelve-bytes-2@").returncode != 0
    told = [shown.stdout, shown.stderr, server.log.read_text(), server.child.tail(100_000)]
    told += [json.dumps(server.json(*command)) for command in (("client", "list"), ("client", "show", MAC), ("session", "list"))]
    told += [server.cli("client", "show", MAC).stdout, server.cli("client", "list").stdout]
    told += [json.dumps(server.api("GET", path)[1]) for path in ("/clients", f"/clients/{MAC}", "/events?limit=1000", "/sessions", "/assignments")]
    with sqlite3.connect(f"file:{server.state_dir}/bootferry.db?mode=ro", uri=True) as database:
        told += [json.dumps(database.execute(f"SELECT * FROM {table}").fetchall()) for table in ("events", "clients", "boot_marks")]
    assert any("secret_set" in text for text in told) and any(MAC in text for text in told)
    for text in told:
        for word in (secret, SECRET, TARGET_SECRET, "twelve-bytes-2"):
            assert word not in text, text[max(0, text.find(word) - 200):text.find(word) + 50]
    shown = server.json("client", "show", MAC)["access"]
    assert shown["auth"] == "mutual" and shown["secret_set"] is True and shown["target_secret_set"] is True


def test_the_command_line_says_what_is_wrong_with_a_secret(lab, served):
    server, _ = served
    file = lab.folder / "secrets"
    for text, word in (("short\n", "12 to 255"), ("twelve-bytes-1\n", "line 2"), ("twelve-bytes-1\ntwelve-bytes-1\n", "the same")):
        file.write_text(text)
        done = server.cli("client", "set", MAC, "--auth", "mutual", "--secret-file", str(file), check=False)
        assert done.returncode == 1 and word in done.stderr and "twelve-bytes" not in done.stderr, done.stderr
    file.write_text("a-secret-of-20-bytes\n")
    done = server.cli("client", "set", MAC, "--auth", "chap", "--secret-file", str(file))
    assert "Windows" in done.stderr
    assert "access: a fixed CHAP secret, the machine's own initiator name" in server.cli("client", "show", MAC).stdout
