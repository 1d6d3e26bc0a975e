// A TestMain that gives a package's tests a DynamoDB: paste it beside your tests.
package music_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

var (
	url      string
	accounts atomic.Int64
)

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

// Every call gives an empty DynamoDB: an access key of 12 digits is an account.
func emptyDynamoDB() *dynamodb.Client {
	key := fmt.Sprintf("%012d", int64(os.Getpid())*10_000+accounts.Add(1))
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(url),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(key, "any", ""),
	})
}

func TestThereAreNoTablesYet(t *testing.T) {
	found, err := emptyDynamoDB().ListTables(context.Background(), &dynamodb.ListTablesInput{})
	if err != nil || len(found.TableNames) != 0 {
		t.Fatal(found, err)
	}
}
