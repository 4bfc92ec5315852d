using System.Text.Json;

namespace ImageShare.Core.Tests.Faults;

/// <summary>How a share ended on one side, as its program reports it.</summary>
/// <param name="Error">The error code; "completed" if there is none.</param>
/// <param name="Message">What a user is told.</param>
/// <param name="Status">The exit status; null for a listener, which goes on.</param>
internal sealed record Ending(string Error, string Message, int? Status = null)
{
    private const string Completed = "completed";

    public bool IsCompleted => Error == Completed;

    public static bool IsEnding(JsonElement json) => json.GetProperty("event").GetString() is Completed or "failed";

    public static Ending Of(JsonElement json, int? status = null)
    {
        Assert.That(IsEnding(json), $"the last line is a result: {json}");
        return json.GetProperty("event").GetString() == Completed
            ? new Ending(Completed, string.Empty, status)
            : new Ending(json.GetProperty("error").GetString()!, json.GetProperty("message").GetString()!, status);
    }

    /// <summary>It is one of these errors, with words for the user.</summary>
    /// <param name="errors">The codes, separated by "or".</param>
    public void AssertIs(string errors)
    {
        Assert.That(errors.Split(" or "), Does.Contain(Error), ToString());
        Assert.That(Message, IsCompleted ? Is.Empty : Has.Length.GreaterThan(30));
    }
}
