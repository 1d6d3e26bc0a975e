// A test with the AWS SDK for Go v2, on the DynamoDB that main_test.go gives it.
package music_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func emptyDynamoDB(t *testing.T) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		BaseEndpoint: aws.String(dynadeckURL),
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider(accessKey(t), "any", ""),
	})
}

func TestThereAreNoTablesYet(t *testing.T) {
	found, err := emptyDynamoDB(t).ListTables(context.Background(), &dynamodb.ListTablesInput{})
	if err != nil || len(found.TableNames) != 0 {
		t.Fatal(found, err)
	}
}
