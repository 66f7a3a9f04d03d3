#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives of images that nobody should have made: checks-engine-images.py OUTSIDE FOLDER CASE... writes FOLDER/CASE.tar for each case: a function here that adds
entries to a layer, or changes the archive around it. OUTSIDE is a directory that a bad unpacker would read or
write. checks-engine-images.py whole STORE looks whether a store is whole.
"""
import hashlib
import io
import json
import os
import sys
import tarfile


class Archive:
    def __init__(self, outside):
        self.outside = outside
        self.layers = [io.BytesIO()]
        self.layer = tarfile.open(fileobj=self.layers[0], mode="w", format=tarfile.PAX_FORMAT)
        self.file("good", b"good\n")
        self.extra = []  # (TarInfo, bytes) of the archive around the layers
        self.says_layer = None  # what manifest.json names instead of the layer
        self.compress = lambda data: data
        self.cut = None

    def entry(self, name, kind=tarfile.REGTYPE, data=b"", **fields):
        info = tarfile.TarInfo(name)
        info.type = kind
        info.size = len(data)
        for key, value in fields.items():
            setattr(info, key, value)
        self.layer.addfile(info, io.BytesIO(data))

    def file(self, name, data=b"evil\n", **fields):
        self.entry(name, data=data, **{"mode": 0o644, **fields})

    def dir(self, name, **fields):
        self.entry(name, tarfile.DIRTYPE, **{"mode": 0o755, **fields})

    def symlink(self, name, target):
        self.entry(name, tarfile.SYMTYPE, linkname=target)

    def hardlink(self, name, target):
        self.entry(name, tarfile.LNKTYPE, linkname=target)

    def next_layer(self):
        self.layer.close()
        self.layers.append(io.BytesIO())
        self.layer = tarfile.open(fileobj=self.layers[-1], mode="w", format=tarfile.PAX_FORMAT)

    def write(self, path):
        self.layer.close()
        plain = [layer.getvalue() for layer in self.layers]
        names = [f"{n}/layer.tar" for n in range(len(plain))]
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]},
            "rootfs": {"type": "layers",
                       "diff_ids": ["sha256:" + hashlib.sha256(data).hexdigest() for data in plain]}})
        manifest = json.dumps([{"Config": "config.json", "RepoTags": ["evil:latest"],
                                "Layers": [self.says_layer or names[0]] + names[1:]}])
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            members = [(name, self.compress(data)) for name, data in zip(names, plain)]
            members += [("config.json", config.encode()), ("manifest.json", manifest.encode())]
            for name, data in members:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            for info, data in self.extra:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        with open(path, "wb") as file:
            file.write(out.getvalue()[:self.cut])


def traversal(a):
    a.file("../evil")


def traversal_deep(a):
    a.file("a/b/../../../evil")


def absolute(a):
    a.file(a.outside + "/evil")


def symlink_absolute(a):
    a.symlink("out", a.outside)
    a.file("out/evil")


def symlink_up(a):
    a.symlink("out", "../" * 40 + a.outside)
    a.file("out/evil")


def symlink_chain(a):
    a.symlink("a", "b")
    a.symlink("b", "..")
    a.file("a/../.." + a.outside + "/evil")


def symlink_replaced(a):
    a.symlink("link", a.outside + "/victim")
    a.file("link")


def symlink_dir(a):
    a.symlink("link", a.outside)
    a.dir("link")
    a.file("link/evil")


def hardlink_up(a):
    a.hardlink("link", "../" * 40 + a.outside + "/victim")


def hardlink_absolute(a):
    a.hardlink("link", a.outside + "/victim")
    a.file("link")


def hardlink_through(a):
    a.symlink("out", a.outside)
    a.hardlink("link", "out/victim")
    a.file("link")


def hardlink_dir(a):
    a.dir("dir")
    a.hardlink("link", "dir")


def whiteout_dots(a):
    a.file(".wh...", b"")


def whiteout_nothing(a):
    a.file("dir/.wh.", b"")


def whiteout_through(a):
    a.symlink("out", a.outside)
    a.file("out/.wh.victim", b"")


def opaque_through(a):
    a.symlink("out", a.outside)
    a.file("out/.wh..wh..opq", b"")


def attributes(a):
    a.dir("dir", pax_headers={"SCHILY.xattr.trusted.overlay.redirect": "/elsewhere",
                              "SCHILY.xattr.user.overlay.redirect": "/elsewhere",
                              "SCHILY.xattr.user.good": "yes"})


def devices(a):
    a.entry("mem", tarfile.CHRTYPE, devmajor=1, devminor=1, mode=0o666)
    a.entry("disk", tarfile.BLKTYPE, devmajor=8, devminor=0, mode=0o666)
    a.entry("fifo", tarfile.FIFOTYPE, mode=0o644)


def owner(a):
    a.file("f", pax_headers={"uid": str(1 << 32)})


def truncated(a):
    a.file("large", b"x" * 100000)
    a.cut = 50000


def cut_at_an_entry(a):
    a.cut = 10240 + 512  # the layer, and no word of what it is


def bomb(a):
    import gzip
    a.file("zeros", b"\0" * (24 << 20))
    a.compress = lambda data: gzip.compress(data, 1)


def bomb_outside(a):
    """The archive around the layers; whoever uses it compresses it."""
    for name in "one", "two":
        a.extra.append((tarfile.TarInfo(name), b"\0" * (12 << 20)))


def other_layer(a):
    """A good tar, which is not the one that the configuration means."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("other"))
    a.extra.append((tarfile.TarInfo("other.tar"), out.getvalue()))
    a.says_layer = "other.tar"


def twice_in_layer(a):
    a.dir("thing")
    a.file("thing/inside")
    a.file("thing", b"a file now\n")
    a.dir("below")
    a.dir("below/thing")
    a.file("below/thing", b"a file now\n")
    a.file("good", b"second\n")
    a.dir("good2")
    a.dir("good2")


def twice(a):
    a.extra.append((tarfile.TarInfo("manifest.json"), b"[]"))


def outer_traversal(a):
    a.extra.append((tarfile.TarInfo("../../evil"), b"evil"))


def outer_symlink(a):
    info = tarfile.TarInfo("link")
    info.type = tarfile.SYMTYPE
    info.linkname = a.outside + "/victim"
    a.extra.append((info, b""))
    a.says_layer = "link"


def outer_symlink_up(a):
    outer_symlink(a)
    a.extra[0][0].linkname = "../" * 40 + a.outside + "/victim"


def names_a_file_outside(a):
    a.says_layer = "../" * 40 + a.outside + "/victim"


def another_layer(a):
    a.says_layer = "config.json"


def outer_device(a):
    info = tarfile.TarInfo("null")
    info.type = tarfile.CHRTYPE
    a.extra.append((info, b""))


def deep(a):
    a.file("/".join(["d"] * 700) + "/f")
    a.symlink("s", "/".join(["d"] * 700))
    a.file("s/" + "/".join(["e"] * 700) + "/f")


def layers(a):
    """A good one: three layers, with all that layers can say."""
    a.dir("etc", uid=0, gid=0)
    a.file("etc/motd", b"hello\n")
    a.file("etc/keep", b"keep\n")
    a.dir("old", mode=0o755)
    a.file("old/a", b"a\n")
    a.dir("old/sub", mode=0o700, uid=7)
    a.entry("var", tarfile.DIRTYPE, mode=0o700, mtime=1000)
    a.file("größe", b"ae\n")
    a.file("tool", b"#!\n", mtime=1234567890)
    a.hardlink("tool2", "tool")
    a.next_layer()
    a.file("etc/.wh.motd", b"")
    a.file("old/.wh..wh..opq", b"")
    a.file("old/b", b"b\n")
    a.file("var/new", b"new\n")  # var itself has no entry here
    a.next_layer()
    a.file(".wh.etc", b"")
    a.dir("etc")
    a.file("etc/only", b"only\n")
    a.file("old/sub/c", b"c\n")  # the first layer's old/sub is gone


def last_word(a):
    """What an archive says of a directory counts, however late; and what a change of owner would undo."""
    a.file("late/f")
    a.dir("late/sub", mode=0o700)
    a.dir("late", mode=0o1777, mtime=1000)
    a.dir("late/sub", mode=0o750, mtime=2000)
    a.dir("./", mtime=3000.5)
    a.entry("fifo", tarfile.FIFOTYPE, mode=0o6711, uid=5)


def whiteouts_of_nothing(a):
    """Marks where there is nothing to take away; and one whose name is as long as names may be."""
    a.dir("old")
    a.file("old/a")
    a.dir("old/b")
    a.file("old/b/c")
    a.file("old/" + "n" * 255)
    a.next_layer()
    a.dir("new")
    a.file("new/.wh.never", b"")
    a.file("new/f")
    a.file("old/.wh." + "n" * 255, b"")
    a.file("old/.wh.a", b"")
    a.next_layer()
    a.file("old/.wh.a", b"")  # of the opaque directory that follows
    a.file("old/b/.wh.c", b"")
    a.file("old/.wh..wh..opq", b"")


def whole(store):
    """Is all of a store there that its index speaks of, and every blob what its name says?"""
    images = store + "/images/"
    blobs = images + "blobs/sha256/"
    if os.path.isdir(blobs):
        for name in os.listdir(blobs):
            with open(blobs + name, "rb") as blob:
                assert hashlib.sha256(blob.read()).hexdigest() == name, name
    if not os.path.exists(images + "index.json"):
        return
    with open(images + "index.json") as file:
        index = json.load(file)
    for row in index["manifests"]:
        with open(blobs + row["digest"][7:]) as file:
            manifest = json.load(file)
        for part in [manifest["config"]] + manifest["layers"]:
            assert os.path.getsize(blobs + part["digest"][7:]) == part["size"]
        with open(blobs + manifest["config"]["digest"][7:]) as file:
            chain = ""
            for diff_id in json.load(file)["rootfs"]["diff_ids"]:
                chain = "sha256:" + hashlib.sha256(f"{chain} {diff_id}".encode()).hexdigest() if chain else diff_id
                with open(f"{store}/layers/{chain[7:19]}/id") as file_id:
                    assert file_id.read().startswith(chain)
                assert os.path.isdir(f"{store}/layers/{chain[7:19]}/diff")


def most(a):
    """As many layers as there may be; the last brings a program."""
    for n in range(1, 126):
        a.next_layer()
        a.file(f"layer{n}", b"x\n")
    a.next_layer()
    a.dir("bin")
    with open("busybox", "rb") as program:
        a.file("bin/sh", program.read(), mode=0o755)


if __name__ == "__main__" and sys.argv[1] == "whole":
    whole(sys.argv[2])
elif __name__ == "__main__":
    for case in sys.argv[3:]:
        archive = Archive(sys.argv[1])
        globals()[case](archive)
        archive.write(f"{sys.argv[2]}/{case}.tar")
