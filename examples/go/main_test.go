// A TestMain that gives a package's tests a DynamoDB: paste it beside your tests.
package music_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

var url string

func TestMain(m *testing.M) {
	// Under `dynadeck record|replay -- go test` there is a server already.
	url = os.Getenv("DYNADECK_URL")
	if url != "" {
		os.Exit(m.Run())
	}
	server := exec.Command("dynadeck", "serve", "--in-memory", "--port", "0", "--log-level", "warn")
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
	json.Unmarshal(line, &listening)
	url = listening.URL

	status := m.Run()
	server.Process.Signal(os.Interrupt)
	server.Wait()
	os.Exit(status)
}

// Each test has an empty DynamoDB: an access key of 12 digits is an account. It follows from the test's
// name, so that a recorded run replays in any order.
func emptyDynamoDB(t *testing.T) *dynamodb.Client {
	key := fmt.Sprintf("%012d", crc32.ChecksumIEEE([]byte(t.Name())))
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(url),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(key, "any", ""),
	})
}

func TestThereAreNoTablesYet(t *testing.T) {
	found, err := emptyDynamoDB(t).ListTables(context.Background(), &dynamodb.ListTablesInput{})
	if err != nil || len(found.TableNames) != 0 {
		t.Fatal(found, err)
	}
}
