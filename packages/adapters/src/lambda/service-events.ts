/** Events of services that ask a function for an answer, and that no convention has a trigger for. */
import { type Fields, fields, objects, text } from "./fields.ts";
import type { FaasSource } from "./source.ts";

/** By service: whether the event is one of its, and what else is told of it, where that has few values. */
const SERVICES: Readonly<Record<string, (event: Fields) => Fields | undefined>> = {
  cognito: ({ triggerSource, userPoolId, identityPoolId }) =>
    text(triggerSource) && text(userPoolId)
      ? { "cloudevents.event_type": triggerSource }
      : text(identityPoolId)
        ? {}
        : undefined,
  appsync({ info }) {
    const { fieldName, parentTypeName } = fields(info);
    if (!text(fieldName) || !text(parentTypeName)) return undefined;
    return { "graphql.type": parentTypeName, "graphql.field": fieldName };
  },
  cloudfront({ Records }) {
    const { config } = fields(fields(objects(Records)[0]).cf);
    const { eventType } = fields(config);
    return text(eventType) ? { "cloudevents.event_type": eventType } : undefined;
  },
  cloudformation: ({ RequestType, StackId }) =>
    text(RequestType) && text(StackId) ? { "cloudevents.event_type": RequestType } : undefined,
  config: ({ configRuleName, invokingEvent }) =>
    text(configRuleName) && text(invokingEvent) ? {} : undefined,
  codepipeline: (event) => (fields(event["CodePipeline.job"]).id ? {} : undefined),
  secretsmanager: ({ Step, SecretId, ClientRequestToken }) =>
    text(SecretId) && text(ClientRequestToken) && text(Step) ? { "cloudevents.event_type": Step } : undefined,
  lex: ({ bot, sessionState, currentIntent }) =>
    fields(bot).name && (sessionState || currentIntent) ? {} : undefined,
  connect: ({ Name, Details }) => (text(Name) && fields(Details).ContactData ? {} : undefined),
  alexa: ({ session, request, context }) =>
    text(fields(request).type) && (session || fields(context).System) ? {} : undefined,
  bedrock: ({ messageVersion, agent, actionGroup }) =>
    text(messageVersion) && text(actionGroup) && fields(agent).name ? {} : undefined,
};

/**
 * An authorizer: of a REST API with a token or with the request, of an HTTP API with its route. It looks like the
 * request that it decides about.
 */
export function authorizer({ methodArn, routeArn, routeKey, resource }: Fields): FaasSource | undefined {
  if (!text(methodArn) && !text(routeArn)) return undefined;
  const pattern = text(routeKey)?.split(" ")[1] ?? text(resource);
  const route = pattern?.startsWith("/") && { "http.route": pattern };
  return { kind: "faas", trigger: "other", attributes: { "faas.event_source": "authorizer", ...route } };
}

export function service(event: Fields): FaasSource | undefined {
  for (const [name, read] of Object.entries(SERVICES)) {
    const attributes = read(event);
    if (!attributes) continue;
    const told = { "faas.event_source": name, ...(attributes as Record<string, string>) };
    return { kind: "faas", trigger: "other", attributes: told };
  }
  return undefined;
}
