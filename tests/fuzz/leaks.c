/* Linked into every target. libfyaml 0.7.12 loses some kilobytes over a scalar with many
 * escapes (pantoniou/libfyaml issue 233). Our own leaks are still found. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}
