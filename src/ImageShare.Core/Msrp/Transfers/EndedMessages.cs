namespace ImageShare.Core.Msrp.Transfers;

/// <summary>The incoming messages that ended last, so that late or repeated chunks of theirs are answered and not delivered.</summary>
internal sealed class EndedMessages
{
    private const int Remembered = 8;

    private (string Id, int Status)[]? _messages;
    private int _next;

    /// <summary>Remembers what the chunks of a message are answered with from now on.</summary>
    public void Add(string id, int status)
    {
        (_messages ??= new (string, int)[Remembered])[_next] = (id, status);
        _next = (_next + 1) % Remembered;
    }

    /// <summary>The status to answer with; null for a message that has not ended, or ended too long ago.</summary>
    public int? Find(string id)
    {
        foreach ((string ended, int status) in _messages ?? [])
        {
            if (string.Equals(ended, id, StringComparison.Ordinal))
            {
                return status;
            }
        }

        return null;
    }
}
