// SPDX-License-Identifier: MIT
/* mini-runc: an OCI runtime's command line. */
int main(void)
{
    return 1;
}
