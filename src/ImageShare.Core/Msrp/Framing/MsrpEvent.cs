using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>What a <see cref="MsrpReader"/> has read.</summary>
public enum MsrpEventKind
{
    /// <summary>The head of a request was read; <see cref="MsrpEvent.Head"/> holds it.</summary>
    RequestHead,

    /// <summary>The head of a response was read; <see cref="MsrpEvent.Head"/> holds it.</summary>
    ResponseHead,

    /// <summary>Bytes of the open request's body; <see cref="MsrpEvent.Body"/> holds them.</summary>
    Body,

    /// <summary>The end-line of the open request or response; <see cref="MsrpEvent.Continuation"/> is its sign.</summary>
    End,
}

/// <summary>One step of an MSRP stream. Each head is followed by any number of bodies and one end.</summary>
public readonly record struct MsrpEvent
{
    internal MsrpEvent(MsrpEventKind kind, MsrpHead head, ReadOnlySequence<byte> body, MsrpContinuation continuation)
    {
        Kind = kind;
        Head = head;
        Body = body;
        Continuation = continuation;
    }

    /// <summary>What it is.</summary>
    public MsrpEventKind Kind { get; init; }

    /// <summary>The head read last. One object for the whole stream: it is overwritten when the next head is read.</summary>
    public MsrpHead Head { get; init; }

    /// <summary>A slice of the memory the caller gave, valid as long as that memory; empty unless the kind is body.</summary>
    public ReadOnlySequence<byte> Body { get; init; }

    /// <summary>The end-line's sign; meaningful for an end only.</summary>
    public MsrpContinuation Continuation { get; init; }
}
