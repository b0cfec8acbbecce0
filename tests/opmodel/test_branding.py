"""Logo and colour: who may set them, what is refused and why, and that nothing a stranger sent is kept as it came."""

import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.utils import IntegrityError
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from opmodel.files import storage
from opmodel.files.models import StoredFile
from opmodel.organisations import branding, contrast
from opmodel.organisations.models import Branding

pytestmark = pytest.mark.django_db


def picture(mode="RGB", size=(300, 120), kind="PNG", **more):
    made = Image.new(mode, size)
    ImageDraw.Draw(made).rectangle((10, 10, 60, 60), fill=200 if mode in ("L", "P") else None, outline=None)
    stream = io.BytesIO()
    made.save(stream, kind, **more)
    return stream.getvalue()


def send(world, data, name="logo.png", role="administrator"):
    return world.client(role).post("/organisation/branding/", {"do": "logo", "logo": SimpleUploadedFile(name, data)})


def kept(world):
    """The logo of an organisation as it lies in the storage; None without one."""
    with world.inside("administrator"):
        row = Branding.objects.select_related("logo").first()
        if row is None or row.logo is None:
            return None
        with storage.private().open(row.logo.storage_key) as stored:
            return bytes(stored.read())


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    # By hand from WCAG 2.2: (L1 + 0.05) / (L2 + 0.05); #767676 is the palest grey that passes on white.
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast(one, other, expected):
    assert contrast.contrast(one, other) == pytest.approx(expected, abs=0.005)


def test_a_logo_is_kept_as_a_picture_of_our_own(nordwerk, stored_files):
    notes = PngInfo()
    notes.add_text("Comment", "<script>canary</script>" * 20)
    data = picture(size=(3000, 1000), pnginfo=notes)
    assert b"canary" in data
    assert send(nordwerk, data + b"canary behind the end").status_code == 302
    stored = kept(nordwerk)
    opened = Image.open(io.BytesIO(stored))
    assert (opened.format, opened.size) == ("PNG", (1200, 400))
    assert b"canary" not in stored
    page = nordwerk.client("administrator").get("/organisation/branding/").content.decode()
    assert "The logo as it is now" in page
    shown = nordwerk.client("administrator").get("/organisation/branding/logo/")
    assert b"".join(shown.streaming_content) == stored


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "LA", "1"])
def test_every_kind_of_png_is_taken(nordwerk, stored_files, mode):
    assert send(nordwerk, picture(mode)).status_code == 302
    assert Image.open(io.BytesIO(kept(nordwerk))).mode in ("RGB", "RGBA")


def test_a_jpeg_becomes_a_png(nordwerk, stored_files):
    assert send(nordwerk, picture(kind="JPEG"), "logo.jpg").status_code == 302
    assert kept(nordwerk).startswith(b"\x89PNG")
    assert send(nordwerk, picture("CMYK", kind="JPEG"), "logo.jpg").status_code == 302


def bomb():
    """A PNG of 3.6 thousand million pixels in a few kB: its header says so, its data would unpack to gigabytes."""
    head = b"\x89PNG\r\n\x1a\n"

    def chunk(kind, body):
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    size = (60_000).to_bytes(4, "big") * 2
    return (
        head
        + chunk(b"IHDR", size + b"\x08\x02\x00\x00\x00")
        + chunk(b"IDAT", zlib.compress(bytes(10**6)))
        + chunk(b"IEND", b"")
    )


def text_bomb():
    """A small picture whose compressed comment unpacks to 300 MB."""
    data = picture()
    body = b"Comment\x00\x00" + zlib.compress(b"x" * 300_000_000, 9)
    part = len(body).to_bytes(4, "big") + b"zTXt" + body + zlib.crc32(b"zTXt" + body).to_bytes(4, "big")
    return data[:33] + part + data[33:]


@pytest.mark.parametrize(
    ("name", "data", "status", "said"),
    [
        ("logo.png", bomb(), 400, "is 60000 x 60000 pixels large; at most 16 million pixels are taken"),
        ("logo.png", text_bomb(), 400, "“logo.png” is damaged"),
        ("logo.png", picture(size=(8, 300)), 400, "a logo has at least 16 on each side"),
        ("logo.png", picture()[:80], 400, "“logo.png” is damaged"),
        ("logo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40), 400, "“logo.png” is damaged"),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", 400, "is an SVG graphic"),
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", 400, "is an SVG graphic"),
        ("logo.png", b"<!doctype html><script>1</script>", 400, "is a web page"),
        ("logo.gif", picture("P", kind="GIF"), 400, "is a picture of another kind"),
        ("logo.webp", picture(kind="WEBP"), 400, "is a WebP picture. Accepted are: .png, .jpg"),
        ("logo.pdf", b"%PDF-1.4\n%%EOF", 400, "is a PDF. Accepted are: .png, .jpg"),
        ("logo.png", picture(kind="JPEG"), 400, "its name must end in .jpg"),
        ("logo.png", b"", 400, "is empty"),
        ("logo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(2_100_000), 413, "larger than 2 MB"),
    ],
)
def test_bad_files_are_refused_in_words_and_nothing_is_kept(nordwerk, stored_files, name, data, status, said):
    reply = send(nordwerk, data, name)
    assert reply.status_code == status
    assert said in reply.content.decode().replace("&#x27;", "'")
    assert kept(nordwerk) is None
    with nordwerk.inside("administrator"):
        assert StoredFile.objects.count() == 0


def test_without_a_file_it_is_asked_for(nordwerk):
    reply = nordwerk.client("administrator").post("/organisation/branding/", {"do": "logo"})
    assert reply.status_code == 400
    assert "Choose a file." in reply.content.decode()


def test_the_logo_before_goes_when_another_comes_and_can_be_removed(
    nordwerk, stored_files, django_capture_on_commit_callbacks
):
    send(nordwerk, picture())
    with django_capture_on_commit_callbacks(execute=True):
        send(nordwerk, picture(size=(64, 64)))
    with nordwerk.inside("administrator"):
        assert StoredFile.objects.filter(kind="logo").count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        reply = nordwerk.client("administrator").post("/organisation/branding/", {"do": "remove"}, follow=True)
    assert "The logo is removed" in reply.content.decode()
    assert kept(nordwerk) is None
    assert [f for f in stored_files.rglob("*") if f.is_file()] == []
    assert nordwerk.client("administrator").get("/organisation/branding/logo/").status_code == 404
    assert nordwerk.client("administrator").post("/organisation/branding/", {"do": "remove"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "stored"), [("#0B5D57", "#0b5d57"), ("0b5d57", "#0b5d57"), (" #014 ", "#001144"), ("", ""), ("  ", "")]
)
def test_a_colour_is_kept(nordwerk, typed, stored):
    assert nordwerk.client("administrator").post("/organisation/branding/", {"accent": typed}).status_code == 302
    with nordwerk.inside("administrator"):
        assert Branding.objects.get().accent == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("#ffaa00", "is 1.7 to 1, and at least 4.5 to 1 is needed"),  # 1.91 on white, 1.77 on paper
        ("#767676", "is 4.2 to 1, and at least 4.5 to 1 is needed"),  # passes on white, not on paper
        ("#ffffff", "is 1.0 to 1"),
        ("teal", "Write the colour as #"),
        ("#12345", "Write the colour as #"),
        ("#0b5d57;}", "Write the colour as #"),
    ],
)
def test_a_colour_nobody_can_read_is_refused_with_the_figure(nordwerk, typed, said):
    reply = nordwerk.client("administrator").post("/organisation/branding/", {"accent": typed})
    assert reply.status_code == 400
    assert said in reply.content.decode()
    with nordwerk.inside("administrator"):
        assert not Branding.objects.exclude(accent="").exists()


def test_the_database_takes_no_other_colour(nordwerk):
    with nordwerk.inside("administrator"):
        branding.set_accent(by=nordwerk.members["administrator"], accent="#000")
    with pytest.raises(IntegrityError, match="branding_accent"), transaction.atomic(), nordwerk.inside():
        Branding.objects.update(accent="#00000g")


@pytest.mark.parametrize("role", ["csco", "analyst", "plant_manager", "contributor"])
def test_nobody_else_changes_the_look(nordwerk, role):
    assert send(nordwerk, picture(), role=role).status_code == 403
    with nordwerk.inside(role):
        member = nordwerk.members[role]
        for write, more in ((branding.set_accent, {"accent": "#000"}), (branding.remove_logo, {})):
            with pytest.raises(branding.Refused, match="Only an administrator"):
                write(by=member, **more)


def test_changes_are_audited(nordwerk, stored_files):
    nordwerk.client("administrator").post("/organisation/branding/", {"accent": "#000"})
    with nordwerk.inside("administrator"):
        event = Branding.pgh_event_model.objects.last()
        assert event.accent == "#000000"
        assert event.pgh_context["user"] == nordwerk.members["administrator"].user_id


def test_another_organisation_has_a_look_of_its_own(nordwerk, sudwerk, stored_files):
    send(nordwerk, picture())
    with sudwerk.inside("administrator"):
        assert Branding.objects.count() == 0
    assert sudwerk.client("administrator").get("/organisation/branding/logo/").status_code == 404
