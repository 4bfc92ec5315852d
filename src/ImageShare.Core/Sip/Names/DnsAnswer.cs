using System.Collections.Immutable;

namespace ImageShare.Core.Sip.Names;

/// <summary>What a name server says about a name: records, none, or that the question failed. Immutable.</summary>
/// <typeparam name="T">The kind of record.</typeparam>
public sealed class DnsAnswer<T>
{
    internal DnsAnswer(ImmutableArray<T> records, TimeSpan timeToLive, string? failure) => (Records, TimeToLive, Failure) = (records, timeToLive, failure);

    /// <summary>The records, in the order of the server; empty if there are none or if the question failed.</summary>
    public ImmutableArray<T> Records { get; }

    /// <summary>How long the answer may be kept: the lowest of its records. The library keeps it at least a second and at most an hour.</summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>Why there is no answer, as the end of a sentence, such as "no answer within 3 s"; null if there is one.</summary>
    public string? Failure { get; }
}

/// <summary>Makes the answers of a resolver.</summary>
public static class DnsAnswer
{
    /// <summary>There are records. An empty list is the same as <see cref="None{T}"/>.</summary>
    /// <typeparam name="T">The kind of record.</typeparam>
    /// <param name="records">The records, in the order of the server.</param>
    /// <param name="timeToLive">How long they may be kept.</param>
    public static DnsAnswer<T> Found<T>(IEnumerable<T> records, TimeSpan timeToLive) => new([.. records], timeToLive, null);

    /// <summary>The server answered: there is no such name, or no such record.</summary>
    /// <typeparam name="T">The kind of record.</typeparam>
    /// <param name="timeToLive">How long this may be kept.</param>
    public static DnsAnswer<T> None<T>(TimeSpan timeToLive) => new([], timeToLive, null);

    /// <summary>There was no usable answer.</summary>
    /// <typeparam name="T">The kind of record.</typeparam>
    /// <param name="failure">Why, as the end of a sentence.</param>
    public static DnsAnswer<T> Failed<T>(string failure)
    {
        ArgumentException.ThrowIfNullOrEmpty(failure);
        return new([], TimeSpan.Zero, failure);
    }
}
