"""What the window says about sending pages to a server, in plain words."""

from __future__ import annotations

from vlm.remote_address import Address

TITLE = "Use a server"
ABOUT = (
    "A server with an OpenAI-compatible program, vLLM for instance, can answer with a model that "
    "is too large for this computer. It is off whenever the program starts."
)
ADDRESS, MODEL, KEY = "Address", "Model", "Key"
ADDRESS_HINT = "For example gpu-box:8000"
MODEL_HINT = "Its name; leave empty if the server has only one"
KEY_HINT = "Only if the server asks for one"
REMEMBER = "Remember address, model and key on this computer"
REMEMBERED = "Kept in a file that only you can read; otherwise they are gone with the window."
CANCEL = "Keep pages here"
NOT_YET = "Send pages"
TURN_OFF = "Turn off"


def consent(address: Address) -> str:
    """Say on the button what a click allows."""
    return f"Send pages to {address.host}"


def consequence(address: Address) -> str:
    """Say plainly what happens to pages."""
    if address.here:
        return (
            f"Pages you ask about are handed to the program at {address.host} on this computer. "
            "What it does with them is up to that program."
        )
    text = (
        f"Pages you ask about leave this computer: each question sends them as pictures to "
        f"{address.host}. Whoever runs that server can see and keep them."
    )
    if not address.encrypted:
        text += " The connection is not encrypted: others on the network could read along."
    return text


def connecting(address: Address) -> str:
    """Say that the server is on and being greeted."""
    return f"Connecting to {address.host}. Pages you ask about will be sent there."


def on(address: Address) -> str:
    """Say that pages leave, as long as they do."""
    if address.here:
        return f"Pages you ask about are handed to the program at {address.host}."
    return f"Pages you ask about leave this computer and are sent to {address.host}."
