/** Events in the shapes that AWS documents, shortened to what is of interest and to what could mislead. */

export const restApi = {
  resource: "/courses/{id}",
  path: "/courses/42",
  httpMethod: "GET",
  headers: { Host: "abc123.execute-api.eu-central-1.amazonaws.com", "X-Forwarded-Proto": "https" },
  multiValueHeaders: { "X-Forwarded-Proto": ["https"] },
  queryStringParameters: null,
  pathParameters: { id: "42" },
  stageVariables: null,
  requestContext: {
    accountId: "123456789012",
    resourceId: "q1w2e3",
    stage: "prod",
    requestId: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
    resourcePath: "/courses/{id}",
    httpMethod: "GET",
    apiId: "abc123",
  },
  body: null,
  isBase64Encoded: false,
};

export const httpApi = {
  version: "2.0",
  routeKey: "POST /courses/{id}/enrolments",
  rawPath: "/prod/courses/42/enrolments",
  rawQueryString: "from=mail",
  headers: { "content-type": "application/json", "x-forwarded-proto": "https" },
  requestContext: {
    accountId: "123456789012",
    apiId: "abc123",
    domainName: "abc123.execute-api.eu-central-1.amazonaws.com",
    http: {
      method: "POST",
      path: "/prod/courses/42/enrolments",
      protocol: "HTTP/1.1",
      sourceIp: "192.0.2.1",
    },
    requestId: "JKJaXmPLvHcESHA=",
    routeKey: "POST /courses/{id}/enrolments",
    stage: "prod",
  },
  body: "{}",
  isBase64Encoded: false,
};

export const httpApi1 = {
  ...restApi,
  version: "1.0",
  resource: "$default",
  requestContext: { ...restApi.requestContext, resourcePath: "$default" },
};

export const functionUrl = {
  ...httpApi,
  routeKey: "$default",
  rawPath: "/wp-login.php",
  requestContext: {
    ...httpApi.requestContext,
    apiId: "<url-id>",
    domainName: "url-id.lambda-url.eu-central-1.on.aws",
    http: { ...httpApi.requestContext.http, method: "DELETE", path: "/wp-login.php" },
    routeKey: "$default",
    stage: "$default",
  },
};

export const alb = {
  requestContext: {
    elb: {
      targetGroupArn:
        "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/courses/49e9d65c45c6791a",
    },
  },
  httpMethod: "PUT",
  path: "/courses/42",
  queryStringParameters: {},
  multiValueHeaders: { host: ["courses.example"], "x-forwarded-proto": ["http"] },
  body: "",
  isBase64Encoded: false,
};

export const lattice2 = {
  version: "2.0",
  path: "/courses/42",
  method: "PATCH",
  headers: { "x-forwarded-for": ["192.0.2.1"] },
  queryStringParameters: {},
  body: "",
  isBase64Encoded: false,
  requestContext: {
    serviceNetworkArn: "arn:aws:vpc-lattice:eu-central-1:123456789012:servicenetwork/sn-0bf3f2882e9cc805a",
    serviceArn: "arn:aws:vpc-lattice:eu-central-1:123456789012:service/svc-0a40eebed65f8d69c",
    targetGroupArn: "arn:aws:vpc-lattice:eu-central-1:123456789012:targetgroup/tg-6d0ecf831eec9f09",
    region: "eu-central-1",
    timeEpoch: "1696331543569073",
  },
};

export const lattice1 = {
  raw_path: "/courses/42?from=mail",
  method: "HEAD",
  headers: { host: "courses.example" },
  query_string_parameters: { from: "mail" },
  body: "",
  is_base64_encoded: false,
};

/** An authorizer's: it looks like a REST API's, but its caller expects no status. */
export const authorizer = {
  type: "REQUEST",
  methodArn: "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/GET/courses",
  resource: "/courses",
  path: "/courses",
  httpMethod: "GET",
  headers: {},
  requestContext: restApi.requestContext,
};

export const sqs = {
  Records: ["a", "b", "c"].map((messageId) => ({
    messageId,
    receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
    body: "{}",
    attributes: { ApproximateReceiveCount: "1" },
    messageAttributes: {},
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:enrolments",
    awsRegion: "eu-central-1",
  })),
};

export const sns = {
  Records: [
    {
      EventVersion: "1.0",
      EventSubscriptionArn:
        "arn:aws:sns:eu-central-1:123456789012:published:21be56ed-a058-49f5-8c98-aedd2564c486",
      EventSource: "aws:sns",
      Sns: {
        MessageId: "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
        TopicArn: "arn:aws:sns:eu-central-1:123456789012:published",
        Message: "{}",
        Type: "Notification",
      },
    },
  ],
};

export const kinesis = {
  Records: ["1", "2", "3", "4"].map((sequenceNumber) => ({
    kinesis: { kinesisSchemaVersion: "1.0", partitionKey: "1", sequenceNumber, data: "e30=" },
    eventSource: "aws:kinesis",
    eventVersion: "1.0",
    eventID: `shardId-000000000006:${sequenceNumber}`,
    eventName: "aws:kinesis:record",
    eventSourceARN: "arn:aws:kinesis:eu-central-1:123456789012:stream/clicks",
  })),
};

export const dynamodb = {
  Records: ["111", "222"].map((SequenceNumber) => ({
    eventID: SequenceNumber,
    eventName: "INSERT",
    eventSource: "aws:dynamodb",
    dynamodb: { Keys: { id: { N: "101" } }, SequenceNumber, SizeBytes: 26, StreamViewType: "NEW_IMAGE" },
    eventSourceARN: "arn:aws:dynamodb:eu-central-1:123456789012:table/courses/stream/2026-11-20T00:00:00.000",
  })),
};

export const s3 = {
  Records: [
    {
      eventVersion: "2.1",
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      s3: {
        bucket: { name: "certificates", arn: "arn:aws:s3:::certificates" },
        object: { key: "2026/42.pdf", size: 1024 },
      },
    },
  ],
};

export const eventBridge = {
  version: "0",
  id: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
  "detail-type": "Course Published",
  source: "courses.catalogue",
  account: "123456789012",
  time: "2026-11-20T12:00:00Z",
  region: "eu-central-1",
  resources: [],
  detail: { id: 42 },
};

export const schedule = {
  ...eventBridge,
  "detail-type": "Scheduled Event",
  source: "aws.events",
  resources: ["arn:aws:events:eu-central-1:123456789012:rule/nightly"],
  detail: {},
};

export const scheduler = {
  ...schedule,
  source: "aws.scheduler",
  resources: ["arn:aws:scheduler:eu-central-1:123456789012:schedule/default/hourly"],
  detail: "{}",
};

const ACCOUNT = "arn:aws:lambda:eu-central-1:123456789012";

const webSocket = (eventType: string, routeKey: string) => ({
  ...(eventType === "CONNECT" && { headers: { Host: "abc123.execute-api.eu-central-1.amazonaws.com" } }),
  requestContext: {
    routeKey,
    eventType,
    connectionId: "L0SM9cOFvHcCIhw=",
    domainName: "abc123.execute-api.eu-central-1.amazonaws.com",
    stage: "prod",
    apiId: "abc123",
  },
  isBase64Encoded: false,
});
export const webSocketConnect = webSocket("CONNECT", "$connect");
export const webSocketMessage = { ...webSocket("MESSAGE", "enrol"), body: "{}" };
export const webSocketDisconnect = webSocket("DISCONNECT", "$disconnect");

const kafkaRecords = {
  "clicks-0": [{ topic: "clicks", partition: 0, offset: 15, timestamp: 1545084650987, value: "e30=" }],
  "clicks-1": [{ topic: "clicks", partition: 1, offset: 7, timestamp: 1545084650987, value: "e30=" }],
};
export const msk = {
  eventSource: "aws:kafka",
  eventSourceArn: "arn:aws:kafka:eu-central-1:123456789012:cluster/courses/5db8f2ea",
  bootstrapServers: "b-1.courses.kafka.eu-central-1.amazonaws.com:9092",
  records: kafkaRecords,
};
export const kafka = { eventSource: "SelfManagedKafka", bootstrapServers: "b-1:9092", records: kafkaRecords };

export const activeMq = {
  eventSource: "aws:mq",
  eventSourceArn: "arn:aws:mq:eu-central-1:123456789012:broker:courses:b-9bcfa592",
  messages: [
    { messageID: "ID:b-9", messageType: "jms/text-message", destination: { physicalName: "enrolments" } },
  ],
};
export const rabbitMq = {
  eventSource: "aws:rmq",
  eventSourceArn: "arn:aws:mq:eu-central-1:123456789012:broker:courses:b-9bcfa592",
  rmqMessagesByQueue: { "enrolments::/": [{ basicProperties: {}, redelivered: false, data: "e30=" }] },
};

export const firehose = {
  invocationId: "invoked123",
  deliveryStreamArn: "arn:aws:firehose:eu-central-1:123456789012:deliverystream/clicks",
  region: "eu-central-1",
  records: ["1", "2"].map((recordId) => ({ recordId, approximateArrivalTimestamp: 1, data: "e30=" })),
};
export const logs = { awslogs: { data: "H4sIAAAAAAAAAHWPwQqCQBCGX0Xm7EFtK" } };

export const documentDb = {
  eventSourceArn: "arn:aws:rds:eu-central-1:123456789012:cluster:courses",
  eventSource: "aws:docdb",
  events: [{ event: { operationType: "insert", ns: { db: "school", coll: "courses" } } }],
};
export const s3Batch = {
  invocationSchemaVersion: "1.0",
  invocationId: "YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo",
  job: { id: "f3cc4f60-61f6-4a2b-8a21-d07600c373ce" },
  tasks: ["a", "b"].map((taskId) => ({
    taskId,
    s3Key: "2026/42.pdf",
    s3VersionId: null,
    s3BucketArn: "arn:aws:s3:::certificates",
  })),
};
export const s3Object = {
  xAmzRequestId: "requestId",
  getObjectContext: { inputS3Url: "https://example.com", outputRoute: "io-use1-001", outputToken: "x" },
  configuration: {
    accessPointArn: "arn:aws:s3-object-lambda:eu-central-1:123456789012:accesspoint/certificates",
  },
  userRequest: { url: "https://example.com/2026/42.pdf", headers: {} },
};
export const codeCommit = {
  Records: [
    {
      eventSource: "aws:codecommit",
      eventSourceARN: "arn:aws:codecommit:eu-central-1:123456789012:courses",
      codecommit: { references: [{ ref: "refs/heads/main" }] },
    },
  ],
};
export const ses = {
  Records: [
    {
      eventSource: "aws:ses",
      eventVersion: "1.0",
      ses: { mail: { source: "ada@example.com" }, receipt: {} },
    },
  ],
};
/** EventBridge Pipes: the records without their frame. */
export const pipes = sqs.Records;

export const authorizerToken = {
  type: "TOKEN",
  authorizationToken: "x",
  methodArn: "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/GET/courses",
};
export const authorizer2 = {
  version: "2.0",
  type: "REQUEST",
  routeArn: "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/GET/courses",
  identitySource: ["x"],
  routeKey: "GET /courses/{id}",
  rawPath: "/courses/42",
  headers: {},
  requestContext: httpApi.requestContext,
};
export const cognito = {
  version: "1",
  triggerSource: "PreSignUp_SignUp",
  region: "eu-central-1",
  userPoolId: "eu-central-1_AAAAAAAAA",
  userName: "ada",
  request: { userAttributes: {} },
  response: {},
};
export const appSync = {
  arguments: { id: 42 },
  identity: null,
  source: null,
  request: { headers: {} },
  info: { fieldName: "course", parentTypeName: "Query", variables: {}, selectionSetList: ["id"] },
};
/** AppSync's batches: a list of requests. */
export const appSyncBatch = [appSync, appSync];
export const appSyncChannel = {
  identity: null,
  info: {
    channel: { path: "/courses/42", segments: ["courses", "42"] },
    channelNamespace: { name: "courses" },
    operation: "PUBLISH",
  },
  events: [{ id: "1", payload: {} }],
};
export const cloudFront = {
  Records: [
    {
      cf: {
        config: { distributionId: "EDFDVBD6EXAMPLE", eventType: "viewer-request", requestId: "x" },
        request: { clientIp: "192.0.2.1", method: "GET", uri: "/courses/42", headers: {} },
      },
    },
  ],
};
export const cloudFormation = {
  RequestType: "Create",
  ResponseURL: "https://example.com",
  StackId: "arn:aws:cloudformation:eu-central-1:123456789012:stack/courses/guid",
  RequestId: "1",
  ResourceType: "Custom::Courses",
  LogicalResourceId: "Courses",
};
export const config = {
  version: "1.0",
  invokingEvent: "{}",
  ruleParameters: "{}",
  configRuleName: "encrypted",
  eventLeftScope: false,
};
export const codePipeline = {
  "CodePipeline.job": { id: "11111111-abcd", accountId: "123456789012", data: {} },
};
export const secretsManager = {
  Step: "createSecret",
  SecretId: `${ACCOUNT}:secret`,
  ClientRequestToken: "7e8d",
};
export const lex = {
  messageVersion: "1.0",
  invocationSource: "FulfillmentCodeHook",
  bot: { name: "enrol", version: "1" },
  sessionState: { intent: { name: "Enrol" } },
};
export const connect = { Name: "ContactFlowEvent", Details: { ContactData: { Channel: "VOICE" } } };
export const alexa = {
  version: "1.0",
  session: { new: true },
  context: { System: {} },
  request: { type: "LaunchRequest" },
};
export const bedrock = {
  messageVersion: "1.0",
  agent: { name: "tutor", id: "1", alias: "x", version: "1" },
  actionGroup: "courses",
  apiPath: "/courses/{id}",
};

/** One invocation of a durable execution, which was started with `payload`. */
export const durable = (payload: unknown) => ({
  DurableExecutionArn: `${ACCOUNT}:function:courses:1/durable-execution/42/7`,
  CheckpointToken: "eyJ",
  InitialExecutionState: {
    Operations: [
      {
        Id: "0",
        Type: "EXECUTION",
        Status: "STARTED",
        ExecutionDetails: { InputPayload: JSON.stringify(payload) },
      },
    ],
    NextMarker: "",
  },
});

/** Other values that may come as an event. No code may throw for them. */
export const garbage: readonly unknown[] = [
  null,
  undefined,
  "",
  "text",
  0,
  true,
  [],
  [[]],
  [null],
  {},
  { requestContext: 7 },
  { requestContext: null, httpMethod: "GET" },
  { requestContext: [], rawPath: 7, httpMethod: {} },
  { requestContext: { http: "GET", elb: 0 }, rawPath: "/" },
  { requestContext: { http: { method: 7 } }, rawPath: "/", routeKey: [] },
  { requestContext: { elb: {} }, httpMethod: 7, headers: "none" },
  { httpMethod: "GET", resource: 7 },
  { method: [], raw_path: {} },
  { Records: null },
  { Records: [] },
  { Records: "aws:sqs" },
  { Records: [null, 7, "x"] },
  { Records: [{ eventSource: "aws:sqs" }] },
  { Records: [{ eventSource: "constructor" }, { eventSource: 7 }] },
  { Records: [{ EventSource: "aws:sns", Sns: "x" }] },
  { Records: [{ eventSource: "aws:kinesis", eventSourceARN: 7, kinesis: null }] },
  { Records: [{ eventSource: "aws:dynamodb", eventSourceARN: "arn", dynamodb: [] }] },
  { Records: [{ eventSource: "aws:s3", s3: { bucket: "b" } }] },
  { source: 7, "detail-type": {} },
  { source: "aws.events", "detail-type": "Scheduled Event", resources: [7] },
  { source: "aws.scheduler", "detail-type": "Scheduled Event", resources: "x" },
  { requestContext: { connectionId: 7, eventType: "MESSAGE" } },
  { requestContext: { connectionId: "x", eventType: "CONNECT", routeKey: 7 } },
  { requestContext: { connectionId: "x", eventType: {} } },
  { eventSource: "aws:kafka" },
  { eventSource: "aws:kafka", records: { "a-0": [null, { topic: {} }], "b-0": 7 } },
  { eventSource: "aws:mq", messages: [{ destination: 7 }] },
  { eventSource: "aws:rmq", rmqMessagesByQueue: ["x"] },
  { eventSource: "aws:docdb", events: [{ event: { ns: 7 } }] },
  { eventSource: {}, Records: {} },
  { deliveryStreamArn: "arn", records: [7, { recordId: {} }] },
  { awslogs: { data: 7 } },
  { invocationSchemaVersion: "1.0", tasks: [7, null] },
  { invocationSchemaVersion: "1.0", tasks: [{ s3BucketArn: 7 }] },
  { getObjectContext: 7, configuration: "x" },
  { methodArn: "x", resource: 7, routeKey: "x" },
  { triggerSource: "x", userPoolId: 7 },
  { info: { fieldName: 7, channelNamespace: 7 } },
  { Records: [{ cf: { config: { eventType: 7 } } }] },
  { "CodePipeline.job": 7 },
  { session: 7, request: { type: 7 } },
  { messageVersion: "1.0", agent: "x", actionGroup: "x" },
  { DurableExecutionArn: "x", CheckpointToken: "x" },
  {
    DurableExecutionArn: "x",
    CheckpointToken: "x",
    InitialExecutionState: { Operations: [{ ExecutionDetails: 7 }] },
  },
  [{ eventSource: "aws:sqs" }, 7],
  [[[{}]]],
];
