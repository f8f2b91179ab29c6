/* The audit log and the keys of stored messages; each gives the exit status. */
#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

/* ctl_audit: `audit` lists, `audit export` gives all, `audit verify` checks; on the store itself,
 * beside a hub. */
int ctl_audit(int argc, char **argv);

/* ctl_keys: `keys` lists, `keys rotate` makes a new one; through the hub. */
int ctl_keys(int argc, char **argv);

#endif
