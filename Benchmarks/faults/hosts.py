"""Hosts that a cluster's processes run on: all on this machine, or each in a network namespace with an address of
its own, joined by a bridge, so that its link can be cut."""

import os
import shutil
import subprocess


class LocalHosts:
    """Every host is this machine."""

    has_links = False

    def address(self, _host):
        return "127.0.0.1"

    def command(self, _host, arguments):
        return arguments

    def close(self):
        pass


class NamespaceHosts:
    """Each host is a network namespace; a further one holds the bridge that joins them. Needs root and iproute2."""

    has_links = True

    def __init__(self, hosts):
        self.prefix = f"graft{os.getpid()}"
        self.addresses = {host: f"10.77.0.{number}" for number, host in enumerate(hosts, start=1)}
        self.switch = f"{self.prefix}-switch"
        try:
            self._ip("netns", "add", self.switch)
            self._inside(self.switch, "link", "add", "bridge", "type", "bridge")
            self._inside(self.switch, "link", "set", "bridge", "up")
            for host in hosts:
                self._add(host)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def missing():
        """What is absent for namespaces; None where all is there."""
        if os.geteuid() != 0:
            return "root"
        if shutil.which("ip") is None:
            return "iproute2"
        probe = subprocess.run(["ip", "netns", "add", "graft-probe"], capture_output=True)
        if probe.returncode != 0:
            return "the right to make network namespaces"
        subprocess.run(["ip", "netns", "del", "graft-probe"], check=True)
        return None

    def address(self, host):
        return self.addresses[host]

    def command(self, host, arguments):
        return ["ip", "netns", "exec", self._namespace(host), *arguments]

    def cut(self, host):
        """Nothing reaches the host or leaves it; its processes are not told."""
        self._inside(self.switch, "link", "set", self._port(host), "down")

    def restore(self, host):
        self._inside(self.switch, "link", "set", self._port(host), "up")

    def close(self):
        for namespace in [*map(self._namespace, self.addresses), self.switch]:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True)

    def _add(self, host):
        namespace = self._namespace(host)
        self._ip("netns", "add", namespace)
        self._ip(
            "link", "add", "uplink", "netns", namespace, "type", "veth",
            "peer", "name", self._port(host), "netns", self.switch)
        self._inside(namespace, "address", "add", f"{self.addresses[host]}/24", "dev", "uplink")
        self._inside(namespace, "link", "set", "lo", "up")
        self._inside(namespace, "link", "set", "uplink", "up")
        self._inside(self.switch, "link", "set", self._port(host), "master", "bridge")
        self._inside(self.switch, "link", "set", self._port(host), "up")

    def _namespace(self, host):
        return f"{self.prefix}-{host}"

    def _port(self, host):
        return f"port{self.addresses[host].rpartition('.')[2]}"

    def _inside(self, namespace, *arguments):
        self._ip("-n", namespace, *arguments)

    @staticmethod
    def _ip(*arguments):
        result = subprocess.run(["ip", *arguments], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"ip {' '.join(arguments)}: {result.stderr.strip()}")
