
namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>What the hand-written parser makes of a message: every structured header as a value, all else as slices.</summary>
internal sealed class HandMessage
{
    public string? Method;
    public HandUri? RequestUri;
    public int Status;
    public string? Reason;
    public List<HandVia> Vias = new(1);
    public HandAddress? From;
    public HandAddress? To;
    public string? CallId;
    public uint CSeq;
    public string? CSeqMethod;
    public int MaxForwards = -1;
    public int ContentLength = -1;
    public HandMedia? ContentType;
    public List<HandAddress> Contacts = new(1);
    public List<HandAddress>? Routes;
    public List<HandAddress>? RecordRoutes;
    public List<HandAddress>? PreferredIdentities;
    public List<HandParameter[]>? AcceptContacts;
    public List<string>? Allow;
    public List<string>? Supported;
    public List<HandRow> Others = new(12);
    public ReadOnlyMemory<byte> Body;
}

internal sealed class HandUri
{
    public required string Scheme;
    public string? User;
    public string? Host;
    public int Port;
    public string? Opaque;
    public HandParameter[] Parameters = [];
}

internal sealed class HandAddress
{
    public string? Name;
    public required HandUri Uri;
    public HandParameter[] Parameters = [];
}

internal sealed class HandVia
{
    public required string Transport;
    public required string Host;
    public int Port;
    public HandParameter[] Parameters = [];
}

internal sealed class HandMedia
{
    public required string Type;
    public required string Subtype;
    public HandParameter[] Parameters = [];
}

/// <summary>A name and its value, which is null when there is no equals sign.</summary>
internal readonly record struct HandParameter(string Name, string? Value, bool Quoted);

internal readonly record struct HandRow(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);
