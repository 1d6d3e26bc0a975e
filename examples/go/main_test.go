// A TestMain that gives a package's tests a DynamoDB: paste it beside your tests.
package music_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"testing"
)

// Where dynadeck answers.
var dynadeckURL string

func TestMain(m *testing.M) {
	// Under `dynadeck record|replay -- go test` there is a server already.
	dynadeckURL = os.Getenv("DYNADECK_URL")
	if dynadeckURL != "" {
		os.Exit(m.Run())
	}
	binary := os.Getenv("DYNADECK")
	if binary == "" {
		binary = "dynadeck"
	}
	server := exec.Command(binary, "serve", "--in-memory", "--port", "0", "--log-level", "warn")
	output, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	line, _ := bufio.NewReader(output).ReadBytes('\n')
	var listening struct{ URL string }
	if err := json.Unmarshal(line, &listening); err != nil {
		fmt.Fprintln(os.Stderr, "dynadeck does not listen:", err)
		os.Exit(1)
	}
	dynadeckURL = listening.URL

	status := m.Run()
	server.Process.Signal(os.Interrupt)
	server.Wait()
	os.Exit(status)
}

// Each test has an empty DynamoDB: an access key of 12 digits is an account. It follows from the
// test's name, so that a recorded run replays in any order.
func accessKey(t *testing.T) string {
	return fmt.Sprintf("%012d", crc32.ChecksumIEEE([]byte(t.Name())))
}
