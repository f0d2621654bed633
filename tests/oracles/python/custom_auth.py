"""Lambda triggers for custom challenges: a user has three attempts to compute the product of two numbers."""


def define(event, _context):
    rounds = event["request"]["session"]
    response = event["response"]
    response.update(issueTokens=False, failAuthentication=False)
    if rounds and rounds[-1]["challengeName"] == "SRP_A":
        response["challengeName"] = "PASSWORD_VERIFIER"
        return event
    answers = [past["challengeResult"] for past in rounds if past["challengeName"] == "CUSTOM_CHALLENGE"]
    if answers and answers[-1]:
        response["issueTokens"] = True
    elif len(answers) == 3:
        response["failAuthentication"] = True
    else:
        response["challengeName"] = "CUSTOM_CHALLENGE"
    return event


def create(event, _context):
    event["response"]["publicChallengeParameters"] = {"question": "6 * 7"}
    event["response"]["privateChallengeParameters"] = {"answer": "42"}
    return event


def verify(event, _context):
    request = event["request"]
    event["response"]["answerCorrect"] = request["challengeAnswer"] == request["privateChallengeParameters"]["answer"]
    return event
