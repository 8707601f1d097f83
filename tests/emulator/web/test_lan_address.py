"""Which address phones reach, whose peers are admitted there, and the certificate for it."""

import ipaddress
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from emulator.process.errors import SuiteError
from emulator.web import certificate, terminal_qr
from emulator.web.lan_address import LOOPBACK, LanAddress, choose
from tests.support.node_installation import install


def address(cidr: str, internal: bool = False, family: str = "IPv4") -> dict[str, Any]:
    return {"cidr": cidr, "family": family, "internal": internal}


LO = {"lo": [address("127.0.0.1/8", internal=True)]}
WIFI = {"wlan0": [address("192.168.1.20/24"), address("fe80::1/64", family="IPv6")]}
CABLE = {"eth0": [address("10.4.0.7/16")]}
DOCKER = {"docker0": [address("172.17.0.1/16")]}
PUBLIC = {"eth0": [address("8.8.8.8/24")]}


class TestAddress:
    def test_its_peers_are_those_of_its_own_network(self) -> None:
        found = choose({**LO, **WIFI}, None, "192.168.1.20")
        assert found == LanAddress("192.168.1.20", (LOOPBACK, "192.168.1.0/24"))

    def test_the_default_route_decides_and_then_what_is_not_virtual(self) -> None:
        both = {**LO, **DOCKER, **CABLE, **WIFI}
        assert choose(both, None, "192.168.1.20").host == "192.168.1.20"
        assert choose(both, None, None).host == "10.4.0.7"
        assert choose({**DOCKER}, None, None).host == "172.17.0.1"

    def test_another_one_may_be_named(self) -> None:
        both = {**LO, **CABLE, **WIFI}
        assert choose(both, "192.168.1.20", "10.4.0.7").networks == (LOOPBACK, "192.168.1.0/24")
        assert choose(both, "127.0.0.1", "10.4.0.7") == LanAddress("127.0.0.1")

    @pytest.mark.parametrize("wanted", ["192.168.1.21", "8.8.8.8", "0.0.0.0"])
    def test_but_none_that_this_machine_lacks_or_that_is_public(self, wanted: str) -> None:
        with pytest.raises(SuiteError, match=r"it has 192\.168\.1\.20"):
            choose({**LO, **PUBLIC, **WIFI}, wanted, None)

    @pytest.mark.parametrize(
        "interfaces", [LO, {**LO, **PUBLIC}, {"eth0": [address("169.254.3.4/16")]}]
    )
    def test_without_a_private_network_only_this_machine_is_served(self, interfaces: Any) -> None:
        found = choose(interfaces, None, "8.8.8.8")
        assert found == LanAddress("127.0.0.1", (LOOPBACK,))
        assert not found.is_reachable


class TestCertificate:
    def test_it_is_short_lived_for_these_names_and_its_key_is_nobody_elses(
        self, tmp_path: Path
    ) -> None:
        names = certificate.own_names()
        made = certificate.create(tmp_path, names, ["192.168.1.20", "127.0.0.1"])
        assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
        read = x509.load_pem_x509_certificate(made.certificate.read_bytes())
        valid = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert "localhost" in valid.get_values_for_type(x509.DNSName)
        assert set(valid.get_values_for_type(x509.IPAddress)) == {
            ipaddress.ip_address("192.168.1.20"),
            ipaddress.ip_address("127.0.0.1"),
        }
        now = datetime.now(UTC)
        assert read.not_valid_before_utc < now < read.not_valid_after_utc
        assert read.not_valid_after_utc - now < timedelta(days=3)
        assert made.fingerprint.count(":") == 31


class TestQrCode:
    def test_both_colours_are_drawn_and_the_code_can_be_read_back(self) -> None:
        install()
        lines = terminal_qr.draw("https://192.168.1.20:5443/demo-project").split("\n")
        dark = f"38;5;{terminal_qr.BLACK};"
        assert all(line.endswith("\x1b[0m") for line in lines)
        cells = [line.split("\x1b[")[1:-1] for line in lines]
        upper = [[cell.startswith(dark) for cell in row] for row in cells]
        lower = [[f"48;5;{terminal_qr.BLACK}m" in cell for cell in row] for row in cells]
        rows = [row for pair in zip(upper, lower, strict=True) for row in pair]
        quiet = terminal_qr.QUIET
        assert not any(map(any, rows[:quiet])), "the margin is light"
        size = len(rows[0]) - 2 * quiet
        finder = [row[quiet : quiet + 7] for row in rows[quiet : quiet + 7]]
        assert [sum(row) for row in finder] == [7, 2, 5, 5, 5, 2, 7], "where a camera looks first"
        assert size == 29, "version 3 holds the address"

    def test_rows_of_an_odd_number_keep_their_last(self) -> None:
        lines = terminal_qr.drawn([[True]] * 3).split("\n")
        assert len(lines) == (3 + 2 * terminal_qr.QUIET + 1) // 2
