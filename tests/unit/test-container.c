/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "process/container.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX  "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"
#define HEX2 "788e000000000000000000000000000000000000000000000000000000004174"
#define UUID "00b020fd-32d6-4d50-95bb-2a5983c17a4e"
#define UID_ "a5c1f8d5_1919_434d_add7_4afaafdaef89"
#define POD  "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice/"

static const struct {
	const char *path;
	enum container_runtime runtime;
	const char *id;
} containers[] = {
	{ "/docker/" HEX, CONTAINER_DOCKER, HEX },
	{ "/docker/" HEX "/system.slice/ssh.service", CONTAINER_DOCKER, HEX },
	{ "/system.slice/docker-" HEX ".scope", CONTAINER_DOCKER, HEX },
	{ "/system.slice/docker-" HEX ".scope (deleted)", CONTAINER_DOCKER, HEX },
	{ "/../../system.slice/docker-" HEX ".scope", CONTAINER_DOCKER, HEX },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" HEX ".scope/init",
	  CONTAINER_DOCKER, HEX },
	{ "/kubepods/besteffort/pod" UUID "/docker-" HEX ".scope", CONTAINER_DOCKER, HEX },
	{ "/machine.slice/libpod-" HEX ".scope", CONTAINER_PODMAN, HEX },
	{ "/machine.slice/libpod-" HEX ".scope/container", CONTAINER_PODMAN, HEX },
	{ "/machine.slice/machine-libpod_pod_" HEX2 ".slice/libpod-" HEX ".scope", CONTAINER_PODMAN,
	  HEX },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" HEX ".scope/container",
	  CONTAINER_PODMAN, HEX },
	{ "/libpod_parent/libpod-" HEX, CONTAINER_PODMAN, HEX },
	{ "/system.slice/web.service/libpod-payload-" HEX, CONTAINER_PODMAN, HEX },
	{ POD "cri-containerd-" HEX ".scope", CONTAINER_CONTAINERD, HEX },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" UID_
	  ".slice/cri-containerd-" HEX ".scope",
	  CONTAINER_CONTAINERD, HEX },
	{ "/system.slice/containerd.service/kubepods-burstable-pod36b6d6be73b1065af369b3985edafa09"
	  ".slice:cri-containerd:" HEX,
	  CONTAINER_CONTAINERD, HEX },
	{ "/k8s.io/" HEX, CONTAINER_CONTAINERD, HEX },
	{ "/system.slice/nerdctl-" HEX ".scope", CONTAINER_CONTAINERD, HEX },
	{ POD "crio-" HEX ".scope", CONTAINER_CRIO, HEX },
	{ POD "crio-" HEX ".scope/container", CONTAINER_CRIO, HEX },
	{ "/kubepods/pod" UUID "/crio-" HEX, CONTAINER_CRIO, HEX },
	{ "/kubepods/burstable/pod" UUID "/" HEX, CONTAINER_KUBE, HEX },
	{ "/kubepods/pod" UUID "/" HEX "/sub", CONTAINER_KUBE, HEX },
	{ POD HEX, CONTAINER_KUBE, HEX },
	{ "/lxc.payload.web-1", CONTAINER_LXC, "web-1" },
	{ "/lxc.payload.web-1/init.scope", CONTAINER_LXC, "web-1" },
	{ "/lxc.payload/web_1", CONTAINER_LXC, "web_1" },
	{ "/lxc/101/ns/system.slice", CONTAINER_LXC, "101" },
	{ "/machine.slice/machine-lxc\\x2d1268\\x2dsl.scope", CONTAINER_LXC_LIBVIRT, "sl" },
	{ "/machine.slice/machine-lxc\\x2d1268\\x2ds\\x2dl.scope/libvirt", CONTAINER_LXC_LIBVIRT,
	  "s-l" },
	{ "/machine/lxc-1268-sl.libvirt-lxc", CONTAINER_LXC_LIBVIRT, "sl" },
	{ "/machine/sl.libvirt-lxc/system.slice", CONTAINER_LXC_LIBVIRT, "sl" },
	{ "/machine.slice/systemd-nspawn@deb\\x2d12.service/payload/init.scope", CONTAINER_NSPAWN,
	  "deb-12" },
	{ "/machine.slice/systemd-nspawn@web.service", CONTAINER_NSPAWN, "web" },
	{ "/machine.slice/machine-my\\x2dweb.example.scope/payload", CONTAINER_NSPAWN,
	  "my-web.example" },
	{ "/machine.slice/machine-ch\\x2dweb.scope", CONTAINER_NSPAWN, "ch-web" },
	{ "/machine.slice/machine-rkt\\x2d00b020fd\\x2d32d6\\x2d4d50\\x2d95bb\\x2d2a5983c17a4e"
	  ".scope/system.slice/x.service",
	  CONTAINER_RKT, UUID },
	{ "/system.slice/garden.service/garden/70eb4ce5-a065-4401-6990-88ed", CONTAINER_GARDEN,
	  "70eb4ce5-a065-4401-6990-88ed" },
	{ "/garden/good/" UUID "/bpm", CONTAINER_GARDEN, UUID },
	{ "/system.slice/runsc-" HEX ".scope", CONTAINER_GVISOR, HEX },
	{ "/runsc/" HEX, CONTAINER_GVISOR, HEX },
	{ "/firejail/4711", CONTAINER_FIREJAIL, "4711" },
	/* The innermost. */
	{ "/system.slice/docker-" HEX ".scope/docker/" HEX2, CONTAINER_DOCKER, HEX2 },
	{ "/docker/" HEX POD "cri-containerd-" HEX2 ".scope", CONTAINER_CONTAINERD, HEX2 },
	{ "/lxc.payload.ci/machine.slice/systemd-nspawn@x.service/supervisor", CONTAINER_LXC,
	  "ci" },
	{ "/lxc.payload.ci/machine.slice/libpod-conmon-" HEX ".scope", CONTAINER_LXC, "ci" },
};

START_TEST(finds_the_runtime_and_the_id)
{
	struct container container;
	char text[1024];
	char id[256];

	snprintf(text, sizeof(text), "0::%s\n", containers[_i].path);
	ck_assert_msg(container_of(text, &container), "%s", text);
	ck_assert_str_eq(container_runtime_name(container.runtime),
			 container_runtime_name(containers[_i].runtime));
	ck_assert_int_eq(container_id(&container, id, sizeof(id)), (int)strlen(containers[_i].id));
	ck_assert_str_eq(id, containers[_i].id);
}
END_TEST

static const char *const none[] = {
	"",
	"no colons\n",
	"0::\n",
	"0::/\n",
	"0::/user.slice/user-1000.slice/session-2.scope\n",
	"0::/user.slice/user-1000.slice/user@1000.service/app.slice/docker.scope\n",
	"0::/system.slice/docker.service\n",
	"0::/system.slice/containerd.service\n",
	"0::/system.slice/system-docker.slice\n",
	"0::/system.slice/lxc.service\n",
	"0::/system.slice/garden.service\n",
	"0::/system.slice/systemd-machined.service\n",
	/* The word alone, an id that is none, a component that goes on. */
	"0::/docker\n",
	"0::/docker/web\n",
	"0::/docker/9ec39b91f3d7\n",
	"0::/docker/" HEX "0\n",
	"0::/docker/9EC39B91F3D70E1BEFF50A308F77067065EA6BE0D91A3378375056CD4422CF3D\n",
	"0::/docker-" HEX "\n",
	"0::/docker-" HEX ".service\n",
	"0::/docker-.scope\n",
	"0::/mydocker/" HEX "\n",
	"0::/my-docker-" HEX ".scope\n",
	"0::/docker/x/" HEX "\n",
	"0::/" HEX "\n",
	"0::/system.slice:other:" HEX "\n",
	"0::/machine.slice/libpod-web.scope\n",
	"0::/lxc\n",
	"0::/lxc/\n",
	"0::/lxc/a b\n",
	"0::/lxc.payload.\n",
	"0::/garden/web\n",
	"0::/garden/good\n",
	"0::/garden/" HEX "\n",
	"0::/firejail/web\n",
	"0::/kubepods/burstable/pod" UUID "\n",
	"0::/kubepods/burstable/podx/" HEX "\n",
	"0::/burstable/pod" UUID "/" HEX "\n",
	"0::/kubepods/" HEX "\n",
	/* Monitors and supervisors. */
	"0::/machine.slice/libpod-conmon-" HEX ".scope\n",
	"0::/libpod_parent/conmon\n",
	"0::/system.slice/crio-conmon-" HEX ".scope\n",
	"0::/lxc.monitor.web\n",
	"0::/lxc.monitor/web\n",
	"0::/machine.slice/systemd-nspawn@web.service/supervisor\n",
	"0::/machine.slice/machine-web.scope/supervisor\n",
	"0::/system.slice/web.service/runtime\n",
	/* Machines that are virtual. */
	"0::/machine.slice/machine-qemu\\x2d1\\x2dweb.scope\n",
	"0::/machine.slice/machine-qemu\\x2d1\\x2dweb.scope/libvirt/emulator\n",
	"0::/machine.slice/machine-qemu-web.scope\n",
	"0::/machine.slice/machine-libxl\\x2d3\\x2dweb.scope\n",
	"0::/machine.slice/machine-ch\\x2d3\\x2dweb.scope\n",
	"0::/machine.slice\n",
	"0::/machine.slice/machine-.scope\n",
	"0::/machine.slice/machine-a\\x2fb.scope\n",
	"0::/machine.slice/machine-web.slice\n",
	"0::/system.slice/machine-web.scope\n",
	"0::/machine.slice/systemd-nspawn@.service\n",
	/* OpenVZ: its own controller only. */
	"2:ve:/\n",
	"2:ve:/web\n",
	"2:memory:/machine.slice/101\n",
	/* The second field is no path. */
	"1:name=/docker/" HEX ":/\n",
};

START_TEST(finds_none_elsewhere)
{
	struct container container = { .runtime = CONTAINER_RKT };

	ck_assert_msg(!container_of(none[_i], &container), "%s", none[_i]);
	ck_assert_int_eq(container.runtime, CONTAINER_RKT);
}
END_TEST

START_TEST(looks_at_each_line)
{
	struct container container;

	ck_assert(container_of("12:pids:/\n3:memory:/docker/" HEX
			       "\n1:name=systemd:/system.slice/docker.service\n0::/\n",
			       &container));
	ck_assert_int_eq(container.runtime, CONTAINER_DOCKER);
	ck_assert(container_of("1:a:/\n0::/lxc/last", &container));
	ck_assert_int_eq(container.runtime, CONTAINER_LXC);
	ck_assert(container_of("4:memory:/\n3:ve:/101\n", &container));
	ck_assert_int_eq(container.runtime, CONTAINER_OPENVZ);
	ck_assert_int_eq((int)container.id_len, 3);
	ck_assert(container_of("3:ve:/machine.slice/" UUID "\n", &container));
	ck_assert_int_eq(container.runtime, CONTAINER_OPENVZ);
}
END_TEST

START_TEST(says_when_the_id_does_not_fit)
{
	struct container container = { .id = "a\\x2db", .id_len = 6 };
	char buf[4] = "";

	ck_assert_int_eq(container_id(&container, buf, 0), -ENOSPC);
	ck_assert_int_eq(container_id(&container, buf, 3), -ENOSPC);
	ck_assert_int_eq(container_id(&container, buf, 4), 3);
	ck_assert_str_eq(buf, "a-b");
	container.id_len = 0;
	ck_assert_int_eq(container_id(&container, buf, 0), -ENOSPC);
	ck_assert_int_eq(container_id(&container, buf, 1), 0);
}
END_TEST

START_TEST(names_each_runtime)
{
	for (unsigned a = CONTAINER_NONE; a <= CONTAINER_FIREJAIL; a++) {
		for (unsigned b = CONTAINER_NONE; b < a; b++)
			ck_assert_str_ne(container_runtime_name((enum container_runtime)a),
					 container_runtime_name((enum container_runtime)b));
	}
	ck_assert_str_eq(container_runtime_name(CONTAINER_NONE), "none");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("container");
	TCase *tcase = tcase_create("container");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, finds_the_runtime_and_the_id, 0,
			    sizeof(containers) / sizeof(containers[0]));
	tcase_add_loop_test(tcase, finds_none_elsewhere, 0, sizeof(none) / sizeof(none[0]));
	tcase_add_test(tcase, looks_at_each_line);
	tcase_add_test(tcase, says_when_the_id_does_not_fit);
	tcase_add_test(tcase, names_each_runtime);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
