"""Only proxies we trust are believed about who stands behind them."""

import pytest

from support.transports.addresses import client_address

PROXIES = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "trusted", "expected"),
    [
        pytest.param("203.0.113.9", "", [], "203.0.113.9", id="a direct client"),
        pytest.param("203.0.113.9", "198.51.100.1", [], "203.0.113.9", id="a header nobody vouches for"),
        pytest.param("203.0.113.9", "198.51.100.1", PROXIES, "203.0.113.9", id="a header from a stranger"),
        pytest.param("10.1.2.3", "198.51.100.1", PROXIES, "198.51.100.1", id="behind one proxy"),
        pytest.param("192.0.2.7", "198.51.100.1, 10.9.9.9", PROXIES, "198.51.100.1", id="behind two"),
        pytest.param("10.1.2.3", "127.0.0.1, 198.51.100.1", PROXIES, "198.51.100.1", id="a lie on the left"),
        pytest.param("10.1.2.3", "10.4.4.4", PROXIES, "10.4.4.4", id="only proxies: the farthest"),
        pytest.param("10.1.2.3", "", PROXIES, "10.1.2.3", id="a proxy that says nothing"),
        pytest.param("10.1.2.3", "198.51.100.1, rubbish", PROXIES, "10.1.2.3", id="rubbish stops the reading"),
        pytest.param("10.1.2.3", "198.51.100.1:4711", PROXIES, "198.51.100.1", id="a port"),
        pytest.param("fd00::1", "[2001:db8::5]:4711", PROXIES, "2001:db8::5", id="IPv6 in brackets"),
        pytest.param("::ffff:10.1.2.3", "198.51.100.1", PROXIES, "198.51.100.1", id="IPv4 in IPv6"),
        pytest.param("10.1.2.3", "fe80::1%eth0", PROXIES, "fe80::1", id="a zone"),
        pytest.param("", "198.51.100.1", PROXIES, "198.51.100.1", id="a unix socket behind a proxy"),
        pytest.param("", "198.51.100.1", [], "", id="a unix socket and no trust"),
    ],
)
def test_it_is_the_rightmost_hop_that_no_proxy_of_ours_added(peer, forwarded_for, trusted, expected):
    assert client_address(peer, forwarded_for, trusted) == expected


def test_a_proxy_that_is_no_address_is_a_mistake_in_the_settings():
    with pytest.raises(ValueError, match=r"proxy\.example"):
        client_address("10.1.2.3", "", ["proxy.example"])
