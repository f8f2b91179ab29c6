"""A stock ZeroMQ client: nothing but Debian's python3-zmq, a TLS tunnel and docs/protocol.md.

usage: stock_client.py PORT CODE send FILE | receive N
"""
import json
import sys

import zmq


def main():
    port, code, what, arg = sys.argv[1:5]
    socket = zmq.Context().socket(zmq.DEALER)
    socket.setsockopt(zmq.RECONNECT_IVL, 1000)
    socket.setsockopt(zmq.RCVTIMEO, 60000)
    socket.setsockopt(zmq.LINGER, 5000)
    socket.connect("tcp://127.0.0.1:" + port)
    socket.send_multipart([b"IJW1", b"HELLO", b"stock pyzmq " + zmq.zmq_version().encode(), b"1"])
    answer = socket.recv_multipart()
    assert answer[:2] == [b"IJW1", b"WELCOME"], answer
    assert code in json.loads(answer[4]), answer
    if what == "send":
        with open(arg, "rb") as f:
            socket.send_multipart([b"IJW1", b"SEND", b"stock-1", f.read()])
        answer = socket.recv_multipart()
        assert answer[1:3] == [b"RECEIPT", b"stock-1"], answer
        print(answer[3].decode(), json.loads(answer[5])["identification"])
    else:
        socket.send_multipart([b"IJW1", b"READY", code.encode(), arg.encode()])
        for _ in range(int(arg)):
            answer = socket.recv_multipart()
            assert answer[1] == b"DELIVER", answer
            meta = json.loads(answer[3])
            print(meta["type"], meta["identification"], len(answer[4]), meta["redelivered"])
            socket.send_multipart([b"IJW1", b"DONE", answer[2]])
    socket.close()


main()
