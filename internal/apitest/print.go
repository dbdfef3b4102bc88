package apitest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// Print prints a page with the Chromium of this machine and returns how many sheets it takes and how large they are, in points as the file says it.
// ran is false where there is none, which CI doesn't allow. With SALESGATE_PAPERS the files stay in that directory, to be looked at.
func Print(t testing.TB, name string, page []byte) (sheets int, box string, ran bool) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Log("no Chromium here: the HTML is tested all the same, and CI prints")
		return 0, "", false
	}
	dir := t.TempDir()
	if keep := os.Getenv("SALESGATE_PAPERS"); keep != "" {
		dir = keep
	}
	source, pdf := filepath.Join(dir, name+".html"), filepath.Join(dir, name+".pdf")
	if err := os.WriteFile(source, page, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--user-data-dir="+t.TempDir(), "--no-pdf-header-footer", "--print-to-pdf="+pdf, "file://"+source).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`/MediaBox\s*\[([^\]]*)\]`).FindSubmatch(b); found != nil {
		box = string(found[1])
	}
	return len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(b, -1)), box, true
}
