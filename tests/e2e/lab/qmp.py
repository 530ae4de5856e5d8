# SPDX-License-Identifier: Apache-2.0
"""QEMU's monitor protocol: screenshots, keys, reset. Connects anew for each command; every wait is bounded."""
import json
import socket

KEYS = {" ": "spc", "\n": "ret", "-": "minus", ".": "dot", "/": "slash", "=": "equal", ",": "comma", ";": "semicolon"}


class Qmp:
    def __init__(self, path):
        self.path = str(path)

    def command(self, name: str, **arguments):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(10)
            link.connect(self.path)
            stream = link.makefile("rw")
            stream.readline()
            self._ask(stream, "qmp_capabilities", {})
            return self._ask(stream, name, arguments)

    @staticmethod
    def _ask(stream, name, arguments):
        stream.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        stream.flush()
        while True:
            answer = json.loads(stream.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise OSError(f"QMP {name}: {answer['error'].get('desc')}")

    def screendump(self, path):
        self.command("screendump", filename=str(path), format="png")

    def type(self, text: str):
        for letter in text:
            key = KEYS.get(letter, letter)
            keys = ["shift", key.lower()] if letter.isupper() else [key]
            self.command("send-key", keys=[{"type": "qcode", "data": one} for one in keys])
