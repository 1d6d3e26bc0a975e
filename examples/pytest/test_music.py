import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def music(dynamodb):
    return dynamodb.create_table(
        TableName="music",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "artist", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}],
    )


def test_an_item_comes_back(music):
    music.put_item(Item={"artist": "Nina Simone", "albums": 40})
    assert music.get_item(Key={"artist": "Nina Simone"})["Item"]["albums"] == 40


def test_another_test_sees_none_of_it(music):
    assert music.scan()["Count"] == 0


def test_a_failed_condition_raises(music):
    music.put_item(Item={"artist": "Nina Simone"})
    with pytest.raises(ClientError, match="The conditional request failed"):
        music.put_item(
            Item={"artist": "Nina Simone"}, ConditionExpression="attribute_not_exists(artist)"
        )
