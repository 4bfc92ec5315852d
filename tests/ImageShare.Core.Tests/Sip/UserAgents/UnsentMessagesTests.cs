using ImageShare.Core.Sip.UserAgents.Loop;

namespace ImageShare.Core.Tests.Sip.UserAgents;

/// <summary>A closing agent waits for the messages that are counted, and for no others.</summary>
[TestFixture]
public sealed class UnsentMessagesTests
{
    [Test]
    public void An_agent_without_messages_closes_at_once()
    {
        var unsent = new UnsentMessages();
        unsent.Count(1);
        unsent.Count(-1);
        Assert.That(unsent.AllSent.IsCompleted, Is.False, "it does not close yet");
        unsent.Close();
        Assert.That(unsent.AllSent.IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public void It_waits_for_the_last_of_them()
    {
        var unsent = new UnsentMessages();
        unsent.Count(2);
        unsent.Close();
        unsent.Count(1);
        unsent.Count(-2);
        Assert.That(unsent.AllSent.IsCompleted, Is.False);
        unsent.Count(-1);
        Assert.That(unsent.AllSent.IsCompletedSuccessfully, Is.True);
        unsent.Count(1);
        unsent.Close();
        Assert.That(unsent.AllSent.IsCompletedSuccessfully, Is.True, "it closes once");
    }
}
