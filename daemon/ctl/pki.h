/*
 * ijwctl pki: certificates for trials, and a look at real ones.
 *
 *   ijwctl pki demo DIR [--hub NAME[,SAN...]] [--party NAME:OIN]... [--days N]
 *   ijwctl pki revoke DIR NAME
 *   ijwctl pki show FILE
 *
 * DIR holds ca.pem, ca.key, crl.pem, hub.pem, hub.key and for each party
 * NAME.pem and NAME.key.  What exists is never made anew.
 */
#ifndef CTL_PKI_H
#define CTL_PKI_H

/* ctl_pki runs one of them; argv[0] is "pki".  The exit status: 0, 1 failed, 2 not understood. */
int ctl_pki(int argc, char **argv);

#endif
