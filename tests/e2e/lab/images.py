# SPDX-License-Identifier: Apache-2.0
"""The disks that the tests boot, built once into build/e2e-images and copied for each use."""
import fcntl
import hashlib
import shutil
from pathlib import Path

from .processes import LabError, run

ROOT = Path(__file__).resolve().parents[3]
CACHE = ROOT / "build" / "e2e-images"
DEMO = ROOT / "packaging" / "demo"
PROBE_SOURCES = [DEMO / name for name in ("probe.asm", "probe_text.inc", "serial_line.inc", "make-probe")]
PROBE_SECTORS = 16384
WRITE_SECTOR = 42
BOOTS_OFFSET = 64


def _built(name: str, sources: list[Path], command: list, version="") -> Path:
    """The cached result of `command + [OUT]`, made anew when a source changes; safe against a second run."""
    key = hashlib.sha256(b"".join(source.read_bytes() for source in sources) + version.encode()).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    out = CACHE / f"{name}-{key}.img"
    with open(CACHE / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            part = out.with_suffix(".part")
            run([*command, part], timeout=200)
            part.rename(out)
    return out


def probe() -> Path:
    return _built("probe", PROBE_SOURCES, [DEMO / "make-probe"])


def probe_efi() -> Path:
    return _built("probe-efi", [*PROBE_SOURCES, DEMO / "probe_efi.cfg"], [DEMO / "make-probe", "--efi"])


def boot_cd() -> Path:
    script = ROOT / "tests" / "e2e" / "images" / "make-boot-cd"
    return _built("boot-cd", [script, DEMO / "serial_line.inc"], [script])


def probe_floppy() -> Path:
    script = ROOT / "tests" / "e2e" / "images" / "make-probe-floppy"
    return _built("probe-floppy", [script, DEMO / "serial_line.inc"], [script])


def probe_floppy_cd() -> Path:
    """A CD that boots by emulating that floppy."""
    script = ROOT / "tests" / "e2e" / "images" / "make-probe-floppy"
    return _built("probe-floppy-cd", [script, DEMO / "serial_line.inc"], [script, "--cd"])


def floppy_boots(image: Path) -> tuple[bytes, int]:
    """What the floppy probe wrote into its sector 4: a mark, and how often it was booted."""
    with open(image, "rb") as disk:
        disk.seek(3 * 512)
        sector = disk.read(8)
    return sector[:4], int.from_bytes(sector[4:], "little")


def efi_program(text: str, target: Path) -> Path:
    """An EFI program (GRUB) that prints the text, waits a second and ends."""
    config = target.with_suffix(".cfg")
    config.write_text(f"echo {text}\nsleep 1\nexit\n")
    run(["grub-mkimage", "-O", "x86_64-efi", "-c", config, "-p", "/", "-o", target, "echo", "sleep", "normal"])
    return target


def mini_debian() -> Path:
    script = ROOT / "tests" / "e2e" / "images" / "make-mini-debian"
    kernel = run(["apt-cache", "depends", "linux-image-amd64"], check=False).stdout
    return _built("mini-debian", [script], [script], kernel)


def mini_debian_kernel() -> tuple[Path, Path]:
    """Kernel and initrd of the mini Debian, which its build leaves beside the image."""
    image = mini_debian()
    kernel, initrd = image.with_suffix(".part.vmlinuz"), image.with_suffix(".part.initrd")
    if not kernel.exists() or not initrd.exists():
        raise LabError(f"{kernel} is missing: remove {image} and run again")
    return kernel, initrd


def initiator_guest() -> tuple[Path, Path, Path]:
    """Root file system, kernel and initrd of the guest that holds Linux' own initiator."""
    script = ROOT / "tests" / "e2e" / "images" / "make-initiator-guest"
    versions = run(["apt-cache", "policy", "open-iscsi", "fio", "sg3-utils"], check=False).stdout
    kernel = run(["apt-cache", "depends", "linux-image-amd64"], check=False).stdout
    image = _built("initiator-guest", [script], [script], kernel + versions)
    files = image, image.with_suffix(".part.vmlinuz"), image.with_suffix(".part.initrd")
    if not all(file.exists() for file in files):
        raise LabError(f"{files[1]} is missing: remove {image} and run again")
    return files


def copy(image: Path, target: Path) -> Path:
    run(["cp", "--sparse=always", "--reflink=auto", image, target])
    return target


def probe_boots(image: Path) -> tuple[str, int]:
    """What a BIOS probe run wrote: the text and the boot counter of its sector 42."""
    with open(image, "rb") as disk:
        disk.seek(WRITE_SECTOR * 512)
        sector = disk.read(512)
    return sector[:BOOTS_OFFSET].rstrip(b" \0").decode("latin-1"), int.from_bytes(sector[BOOTS_OFFSET:BOOTS_OFFSET + 4], "little")


def probe_efi_state(image: Path) -> str:
    """What GRUB's probe left in its environment file, read with mtools from the image."""
    offset = 63 * 512
    return run(["env", "MTOOLS_SKIP_CHECK=1", "mtype", "-i", f"{image}@@{offset}", "::/probe/env"]).stdout


def make_blank(path: Path, size: int) -> Path:
    with open(path, "wb") as disk:
        disk.truncate(size)
    return path


def remove_cache():
    shutil.rmtree(CACHE, ignore_errors=True)
