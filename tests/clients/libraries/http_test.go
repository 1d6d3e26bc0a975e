// Stands for the tests beside examples/go/main_test.go: as little of DynamoDB as needs no SDK.
package music_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func call(t *testing.T, operation string, body string) (int, string) {
	request, err := http.NewRequest("POST", dynadeckURL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Date", "20260101T000000Z")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+accessKey(t)+
		"/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=00")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestAnItemComesBack(t *testing.T) {
	t.Parallel()
	status, body := call(t, "CreateTable", `{"TableName":"music","BillingMode":"PAY_PER_REQUEST",
		"AttributeDefinitions":[{"AttributeName":"artist","AttributeType":"S"}],
		"KeySchema":[{"AttributeName":"artist","KeyType":"HASH"}]}`)
	if status != 200 {
		t.Fatal(body)
	}
	item := `{"artist":{"S":"Nina Simone"},"albums":{"N":"40"}}`
	if status, body = call(t, "PutItem", `{"TableName":"music","Item":`+item+`}`); status != 200 {
		t.Fatal(body)
	}
	_, body = call(t, "GetItem", `{"TableName":"music","Key":{"artist":{"S":"Nina Simone"}}}`)
	if !strings.Contains(body, `"40"`) {
		t.Fatal(body)
	}
}

func TestAnotherTestSeesNoneOfIt(t *testing.T) {
	t.Parallel()
	if _, body := call(t, "ListTables", `{}`); body != `{"TableNames":[]}` {
		t.Fatal(body)
	}
}
