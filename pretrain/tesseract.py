"""Tesseract 5, what people have: reads the same images, with simple rules for fields."""

import io
import re
import shutil
import subprocess

from PIL import Image

from pretrain.documents.fields import FIELDS, NOT_HERE

SCALE = 2
"""Crops are enlarged for it: it expects about 300 dpi."""


def available() -> str | None:
    """Return its version, or None when it is not installed."""
    program = shutil.which("tesseract")
    if program is None:
        return None
    out = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return out.stdout.splitlines()[0]


def read(image: Image.Image, block: bool) -> str:
    """Return the text of an image.

    Args:
        image: RGB.
        block: whether it holds more than one line.
    """
    larger = image.resize((image.width * SCALE, image.height * SCALE), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    larger.save(file, "PNG")
    command = ["tesseract", "-", "-", "--psm", "6" if block else "7", "-l", "eng"]
    out = subprocess.run(
        command,
        input=file.getvalue(),
        capture_output=True,
        check=True,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )
    return out.stdout.decode("utf-8", errors="replace").strip()


def _labels(question: str) -> list[str]:
    """Labels that could stand before the value a question asks for, longest first."""
    quoted = re.fullmatch(r'What is "(.+)"\?', question)
    if quoted:
        return [quoted.group(1)]
    for field in FIELDS:
        if question in field.questions:
            found = [label for labels in field.labels.values() for label in labels]
            return sorted(found, key=len, reverse=True)
    named = re.fullmatch(r"Which (.+) is given\?", question)
    return [named.group(1)] if named else []


def field_answer(text: str, question: str) -> str:
    """Answer a question about a field from Tesseract's text: what stands behind its label."""
    lines = text.splitlines()
    for label in _labels(question):
        for line in lines:
            at = line.lower().find(label.lower())
            if at >= 0:
                rest = line[at + len(label) :].strip(" :.|")
                if rest:
                    return rest
    cell = re.fullmatch(r"What is the (.+) of (.+)\?", question)
    if cell and lines:
        across = [line for line in lines if cell.group(1) in line]
        down = [line for line in lines if line.startswith(cell.group(2))]
        if across and down:
            which = (
                across[0].split().index(cell.group(1)) if cell.group(1) in across[0].split() else 0
            )
            values = down[0].split()[1:]
            if which < len(values):
                return values[which]
    return NOT_HERE
