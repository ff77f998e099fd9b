"""Stands in for QEMU's serial ports: serialPorts.py [--silent] FOLDER GUEST NAME...

Each NAME is a port: a pseudo-terminal for the guest's side, FOLDER/dev/portN with its name in FOLDER/ports/portN/name, and for the
host's side the socket FOLDER/GUEST.channel.N, one connection at a time. A real port tells a guest that its host went away by an end of
file; a terminal has none, so that the guest's side reads a line HANGUP in its place. A port of a PC (--silent) tells nothing. What a guest says while no host is connected is lost.
"""
import os
import select
import socket
import sys
import tty

silent = sys.argv[1] == "--silent"
folder, guest, *names = sys.argv[2 if silent else 1 :]
ports = []
for number, name in enumerate(names):
    master, slave = os.openpty()
    tty.setraw(slave)
    os.makedirs(f"{folder}/ports/port{number}")
    os.makedirs(f"{folder}/dev", exist_ok=True)
    os.symlink(os.ttyname(slave), f"{folder}/dev/port{number}")
    with open(f"{folder}/ports/port{number}/name", "w", encoding="ascii") as file:
        file.write(f"{name}\n")
    server = socket.socket(socket.AF_UNIX)
    server.bind(f"{folder}/{guest}.channel.{number}")
    server.listen()
    ports.append({"master": master, "server": server, "host": None})
print("ready", flush=True)

while True:
    waited = [sys.stdin]
    for port in ports:
        waited += [port["master"], port["host"] or port["server"]]
    for ready in select.select(waited, [], [])[0]:
        if ready is sys.stdin:
            # The test is over.
            sys.exit()
        for port in ports:
            if ready is port["server"]:
                port["host"] = port["server"].accept()[0]
            elif ready == port["master"]:
                data = os.read(port["master"], 4096)
                if port["host"]:
                    try:
                        port["host"].sendall(data)
                    except OSError:
                        pass
            elif ready is port["host"]:
                try:
                    data = ready.recv(4096)
                except OSError:
                    data = b""
                if data or not silent:
                    os.write(port["master"], data or b"\nHANGUP\n")
                if not data:
                    ready.close()
                    port["host"] = None
