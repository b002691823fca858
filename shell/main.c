/* main.c -- weir. */
#include "shell/program.h"

int main(int argc, char *argv[]) { return shell_main(argc, argv); }
