#!/bin/sh
# An include may only point down: wire → care → store → base.  The region
# stands beside them on base/ alone.  Adapters share wire/protocol, base/ and
# nothing else of the daemon; the dashboard, which reads the store, stands on
# store/, care/ and base/.  Nothing of the daemon knows the dashboard.
bad=0
while read -r dir barred; do
	grep -rnE "#include \"($barred)" "$dir" && bad=1
done <<END
daemon/base store/|care/|wire/|ctl/|region/|config.h|.*dashboard/
daemon/store care/|wire/|ctl/|region/|config.h
daemon/care wire/|ctl/|region/|config.h
daemon/wire ctl/|region/|config.h
daemon/region store/|care/|wire/|ctl/|config.h
adapters/client store/|care/|ctl/|wire/[^p]
adapters/filedrop store/|care/|ctl/|wire/[^p]
adapters/dashboard wire/|ctl/|region/
END
grep -rnE '#include "[^"]*dashboard/' daemon adapters/client adapters/filedrop && bad=1
# SQL lives only in the store, sockets only in wire.
grep -rnlE 'sqlite3_|"SELECT |"INSERT ' daemon/base daemon/care daemon/wire daemon/ctl daemon/*.c adapters && bad=1
grep -rnlE '\b(zmq_|SSL_)[a-z]+\(' daemon/store daemon/care && bad=1
[ $bad = 0 ] && echo "includes point down, SQL is in store/, sockets are in wire/"
exit $bad
