/* ijw-dashboard user add|passwd|list|remove: keeps the users' file. */
#ifndef DASHBOARD_USER_CMD_H
#define DASHBOARD_USER_CMD_H

#define USERS_FILE "/etc/ijw-dashboard/users.yaml"

/* user_command runs one; argv[0] is "user".  Gives the exit status. */
int user_command(int argc, char **argv);

#endif
