using System.Globalization;

namespace ImageShare.Core.Sip.Names;

/// <summary>What was asked and what came, for the message when nothing usable came. Bounded. Thread-safe.</summary>
internal sealed class QuestionLog
{
    private const int Most = 12;

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private bool _hasUnusable;

    /// <summary>An answer.</summary>
    /// <param name="kind">What was asked for.</param>
    /// <param name="name">Of which name.</param>
    /// <param name="failure">Why there is no answer, or null.</param>
    /// <param name="count">How many records came.</param>
    /// <param name="remark">What is to be said of them; or null.</param>
    public void Add(string kind, string name, string? failure, int count, string? remark = null)
    {
        string came = failure ?? (count == 0 ? "none" : count.ToString(CultureInfo.InvariantCulture) + (remark is null ? string.Empty : ", " + remark));
        Add($"{kind} of {name}: {came}");
    }

    /// <summary>A host has addresses, none of which this side can use.</summary>
    public void AddUnusable(string host, int count)
    {
        lock (_gate)
        {
            _hasUnusable = true;
        }

        Add($"{host}: none of its {count.ToString(CultureInfo.InvariantCulture)} addresses is of the same kind (IPv4 or IPv6) as the bound one and of a single host");
    }

    /// <summary>All of it as a sentence, with a blank before it; empty when nothing was asked.</summary>
    public string Say()
    {
        lock (_gate)
        {
            return _lines.Count == 0 ? string.Empty : $" Asked: {string.Join("; ", _lines)}.";
        }
    }

    /// <summary>The error for a name without a target.</summary>
    public ImageShareException NoTarget(string host)
    {
        string advice = _hasUnusable ? "check the address, or bind to one of the same kind (IPv4 or IPv6)" : "check the name, and what its name server says of it";
        return new(ImageShareError.PeerUnreachable, $"{host} has no address that can be reached from here; {advice}.{Say()}");
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            if (_lines.Count < Most)
            {
                _lines.Add(line);
            }
        }
    }
}
