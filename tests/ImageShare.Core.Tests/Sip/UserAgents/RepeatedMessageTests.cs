using System.Globalization;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>Messages that are sent again are kept as bytes, and read again: whatever their size.</summary>
[TestFixture]
internal sealed class RepeatedMessageTests : AgentTest
{
    [Test]
    public async Task A_response_with_more_headers_than_are_taken_of_a_received_one_is_sent_again()
    {
        BobHandler.RequestReceived = static request =>
        {
            SipResponse response = request.CreateResponse(200);
            for (int i = 0; i < 2 * SipLimits.Default.MaxHeaders; i++)
            {
                response.Headers.Add("X-Row", new string('x', 100) + i.ToString(CultureInfo.InvariantCulture));
            }

            request.Respond(response);
        };
        SipMessage[] first = [.. await AskBobAsync(Raw("OPTIONS", callId: "long-1"))];
        SipMessage[] again = [.. await AskBobAsync(Raw("OPTIONS", callId: "long-1"))];
        Assert.That(first, Has.Length.EqualTo(1));
        Assert.That(first[0].ToArray(), Has.Length.GreaterThan(SipLimits.Default.MaxHeaderBytes));
        Assert.That(again[^1].ToArray(), Is.EqualTo(first[0].ToArray()));
        Assert.That(again[^1], Is.Not.SameAs(first[0]));
    }
}
