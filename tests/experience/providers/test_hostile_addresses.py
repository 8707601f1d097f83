"""Addresses that a model's author may name as a result, and who gets to see the key."""

import pytest

from experience.providers import addresses
from experience.providers.addresses import InvalidAddressError
from experience.providers.http import Http
from experience.providers.models import ProviderFailed
from experience.providers.replicate import RESULT_HOSTS, Replicate
from tests.support.vendors.replicate import ReplicateVendor
from tests.support.vendors.server import Reply

HOSTILE = [
    # Read in one way by the parser that checks, and in another by the one that connects.
    r"https://evil.example\.replicate.delivery/x",
    r"https://evil.example\@replicate.delivery/x",
    r"https://evil.example\/.replicate.delivery/x",
    "https://evil.example/.replicate.delivery",
    "https://evil.example#.replicate.delivery/x",
    "https://evil.example?.replicate.delivery/x",
    "https://evil.example;.replicate.delivery/x",
    "https://evil.example%2f.replicate.delivery/x",
    "https://evil.example%5c.replicate.delivery/x",
    "https://evil.example%00.replicate.delivery/x",
    "https://evil.example\t.replicate.delivery/x",
    "https://evil.example\n.replicate.delivery/x",
    "https://evil.example\r\nhost: replicate.delivery/x",
    "https://evil.example\x00.replicate.delivery/x",
    "https://evil.example .replicate.delivery/x",
    "https://evil.example\uff61replicate.delivery/x",
    "https://evil.example\uff0f.replicate.delivery/x",
    "https://\uff45vil.replicate.delivery/x",
    "https://replicate.delivery\u200b/x",
    # A user, a port, or a host that only looks like the vendor's.
    "https://replicate.delivery@evil.example/x",
    "https://replicate.delivery:443@evil.example/x",
    "https://user:password@replicate.delivery/x",
    "https://@replicate.delivery/x",
    "https://replicate.delivery.evil.example/x",
    "https://replicate.delivery./x",
    "https://notreplicate.delivery/x",
    "https://.replicate.delivery/x",
    "https://a..replicate.delivery/x",
    "https://-.replicate.delivery/x",
    "https://xn--replicate.delivery.example/x",
    "https://replicate.delivery:8443/x",
    "https://replicate.delivery:0/x",
    "https://replicate.delivery:65979/x",
    "https://replicate.delivery:443:443/x",
    "https://replicate.delivery:+443/x",
    "https://replicate.delivery:\uff14\uff14\uff13/x",
    # Another scheme, or none.
    "http://replicate.delivery/x",
    "ftp://replicate.delivery/x",
    "gopher://replicate.delivery/x",
    "file://replicate.delivery/etc/passwd",
    "file://" + "/etc/passwd",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//replicate.delivery/x",
    "https:replicate.delivery/x",
    "https:/replicate.delivery/x",
    "https:///replicate.delivery/x",
    "https:\\\\replicate.delivery\\x",
    " https://replicate.delivery/x",
    "https://replicate.delivery/x ",
    "https://",
    "x",
    "",
    # This machine, this network, and the server of the instance's own credentials.
    "http://169.254.169.254/computeMetadata/v1/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "https://169.254.169.254/x",
    "https://localhost/x",
    "https://10.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://[::1]/x",
    "https://[::ffff:169.254.169.254]/x",
    "https://[fe80::1%25eth0]/x",
    "https://[bad/x",
    "https://[]/x",
    # Characters that no address may have.
    "https://replicate.delivery/a b",
    "https://replicate.delivery/a\r\nx-injected: 1",
    "https://replicate.delivery/<x>",
    "https://replicate.delivery/%zz",
    "https://replicate.delivery/%2",
    "https://replicate.delivery/\xe4",
    "https://replicate.delivery/x?{}",
    "https://replicate.delivery/" + "x" * addresses.MAX_LENGTH,
]


def refused(predictions: Replicate, uri: str) -> ProviderFailed:
    with pytest.raises(ProviderFailed) as caught:
        predictions.fetch(uri)
    return caught.value


class TestWhereResultsComeFrom:
    @pytest.mark.parametrize("uri", HOSTILE)
    def test_is_nowhere_but_the_vendor_s_own_hosts(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, uri: str
    ) -> None:
        assert not refused(predictions, uri).retryable
        assert not replicate_vendor.received

    # A space before a header's value is none of its characters.
    @pytest.mark.parametrize("uri", [uri for uri in HOSTILE if not uri.startswith(" ")])
    def test_is_not_where_a_redirect_leads(
        self, replicate_vendor: ReplicateVendor, predictions: Replicate, uri: str
    ) -> None:
        if uri in ("x", "https:replicate.delivery/x") or not uri.isascii() or "\n" in uri:
            uri = f"//{uri}"  # a path would be a redirect to the vendor itself
        location = uri.encode("latin-1", "replace").decode("latin-1").replace("\n", "\t")
        reply = Reply(302, headers={"location": location.replace("\r", "\t")})
        replicate_vendor.next("file", *[reply] * 4)
        assert not refused(predictions, f"{replicate_vendor.url}/files/a.png").retryable
        assert len(replicate_vendor.received) == 1

    @pytest.mark.parametrize(
        ("uri", "target"),
        [
            ("https://replicate.delivery/a.png", "/a.png"),
            ("HTTPS://PBXT.Replicate.Delivery:443/a/b.png?x=%20&y#key", "/a/b.png?x=%20&y"),
            ("https://replicate.delivery", "/"),
        ],
    )
    def test_is_the_vendor_s_hosts(self, replicate_http: Http, uri: str, target: str) -> None:
        address = addresses.parse(uri)
        replicate_http._require_vendors(address, RESULT_HOSTS)
        assert (address.scheme, address.port, address.target) == ("https", 443, target)

    @pytest.mark.parametrize(
        "ip",
        [
            *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
            *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1"),
            *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd20:ce::254", "ff02::1"),
            *("::ffff:8.8.8.8", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1"),
        ],
    )
    def test_is_not_a_host_that_resolves_into_our_own_network(
        self, replicate_vendor: ReplicateVendor, replicate_http: Http, ip: str
    ) -> None:
        http = Http(
            replicate_http.base_url,
            replicate_http.headers,
            resolve=lambda host, port: ["8.8.8.8", ip],
        )
        with pytest.raises(ProviderFailed, match="address") as caught:
            http.download("https://a.replicate.delivery/x", RESULT_HOSTS, 10)
        assert not caught.value.retryable
        assert not replicate_vendor.received

    @pytest.mark.parametrize("ip", ["8.8.8.8", "2600:1901:0:1::1"])
    def test_may_be_any_public_address(self, ip: str) -> None:
        assert addresses.is_public(ip)


class TestTheKey:
    def test_goes_to_the_api_s_own_origin_and_to_no_other(self, replicate_http: Http) -> None:
        own = addresses.parse(replicate_http.base_url + "/files/a.png")
        assert "authorization" in replicate_http._sent_headers(own, {})
        for uri in (
            "https://replicate.delivery/a.png",
            f"http://127.0.0.1:{own.port - 1}/files/a.png",
            f"https://127.0.0.1:{own.port}/files/a.png",
            f"http://localhost:{own.port}/files/a.png",
        ):
            assert replicate_http._sent_headers(addresses.parse(uri), {}) == {}

    def test_is_not_sent_to_a_user_at_the_api(self, replicate_http: Http) -> None:
        with pytest.raises(InvalidAddressError):
            addresses.parse(replicate_http.base_url.replace("http://", "http://user@"))
