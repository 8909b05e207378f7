"""What a local LiveKit server is told: its ports, and to stay on the loopback."""

import socket

LOOPBACK = "127.0.0.1"
USUAL_PORTS = (7880, 7882)


def configuration(key: str, secret: str, http: int, media: int) -> dict[str, object]:
    """The server's settings: nothing but the loopback is opened, and no STUN server is asked."""
    return {
        "port": http,
        "bind_addresses": [LOOPBACK],
        "keys": {key: secret},
        "rtc": {
            "udp_port": media,
            "tcp_port": 0,
            "use_external_ip": False,
            "node_ip": LOOPBACK,
            "enable_loopback_candidate": True,
            "interfaces": {"includes": ["lo", "lo0"]},
            "stun_servers": [f"{LOOPBACK}:3478"],
        },
        # a caller who was cut off has LiveKit's usual 20 s to come back before the room is closed
        "room": {"auto_create": True, "empty_timeout": 10, "departure_timeout": 20},
    }


def ports(usual: bool) -> tuple[int, int]:
    """Signalling (TCP) and media (UDP): LiveKit's usual ones when wanted and free, else free ones."""
    if usual and _free(socket.SOCK_STREAM, USUAL_PORTS[0]) and _free(socket.SOCK_DGRAM, USUAL_PORTS[1]):
        return USUAL_PORTS
    return _free(socket.SOCK_STREAM), _free(socket.SOCK_DGRAM)


def _free(kind: socket.SocketKind, port: int = 0) -> int:
    with socket.socket(socket.AF_INET, kind) as trial:
        if kind == socket.SOCK_STREAM:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((LOOPBACK, port))
        except OSError:
            return 0
        return int(trial.getsockname()[1])
